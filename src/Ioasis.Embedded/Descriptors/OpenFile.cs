using Ioasis.Dispatch.Files;

namespace Ioasis.Embedded.Descriptors;

/// <summary>An emulated file that is open: released when its descriptor is closed and the last call on it has returned.</summary>
internal sealed class OpenFile
{
    private readonly ReadyEvent? _ready;
    private readonly FilePages? _pages;
    private int _holders = 1; // the descriptor, and each call under way

    public OpenFile(DeviceFile file)
    {
        File = file;
        if (file is QueueFile queue)
            _ready = new ReadyEvent(queue);
        else
            file.Pages = _pages = new FilePages();
    }

    public DeviceFile File { get; }

    /// <summary>The number is only reserved: no call finds the file yet. Under the table's lock.</summary>
    public bool IsReserved { get; set; }

    /// <summary>poll(2) for reading: waits until there is something to read, at most so many milliseconds (-1: for ever).</summary>
    /// <returns>Whether there is; always true of a file that is no queue, as of any file that knows no poll.</returns>
    public bool WaitReadable(int milliseconds) => _ready?.Wait(milliseconds) ?? true;

    /// <summary>What of it this process may map, where <see cref="DeviceFile.CheckMap"/> allows it; null for a queue.</summary>
    public FilePages? Pages => _pages;

    /// <summary>Counts a call. Only while it is in the table, under the table's lock.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>The reverse; the last one releases the file.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        File.Release();
        _pages?.Free();
    }
}
