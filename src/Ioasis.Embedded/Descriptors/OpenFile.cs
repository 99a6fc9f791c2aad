using Ioasis.Dispatch.Files;

namespace Ioasis.Embedded.Descriptors;

/// <summary>An emulated file that is open: released when its descriptor is closed and the last call on it has returned.</summary>
internal sealed class OpenFile(DeviceFile file)
{
    private int _holders = 1; // the descriptor, and each call under way

    public DeviceFile File { get; } = file;

    /// <summary>Counts a call. Only while it is in the table, under the table's lock.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>The reverse; the last one releases the file.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            File.Release();
    }
}
