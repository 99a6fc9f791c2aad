using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Ioasis.Devices.Interrupts;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Dispatch.Descriptors;

/// <summary>
/// An eventfd of a client's: our own descriptor of it, so it stays usable when the client closes its descriptor.
/// </summary>
/// <remarks>
/// Any thread; a signal after <see cref="EventLine.Dispose()"/> does nothing. The descriptor is shared with the client, so
/// whether it blocks is the client's choice: no operation here may block either way.
/// </remarks>
public sealed class EventDescriptor : EventLine
{
    private const string LinkOfEvents = "anon_inode:[eventfd]";

    private const string IdentityLine = "eventfd-id:";

    /// <summary>Numbers of all that are kept in this process, which may be its own client.</summary>
    private static readonly ConcurrentDictionary<int, EventDescriptor> s_kept = new();

    private readonly SafeFileHandle _handle;
    private readonly int _number;
    private long _listening;

    private EventDescriptor(SafeFileHandle handle, int giver)
    {
        _handle = handle;
        _number = (int)handle.DangerousGetHandle();
        Giver = giver;
        s_kept[_number] = this;
    }

    /// <summary>The process whose descriptor it was.</summary>
    public int Giver { get; }

    /// <summary>Takes over a descriptor, if it is an eventfd.</summary>
    /// <param name="handle">Our own.</param>
    /// <param name="giver">The process whose descriptor it was.</param>
    /// <returns>Null when it is something else; the caller keeps it then.</returns>
    public static EventDescriptor? TryTake(SafeFileHandle handle, int giver)
    {
        string? link = new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
        return link == LinkOfEvents ? new EventDescriptor(handle, giver) : null;
    }

    /// <summary>
    /// Whether a process has a descriptor of the same eventfd, other than those that are kept here. Looks at all its descriptors; for
    /// the rare question whether a client has closed its own. When that cannot be told: yes.
    /// </summary>
    public bool IsHeldBy(int process)
    {
        if (IdentityOf("self", _number) is not { } identity)
            return true;
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries($"/proc/{process}/fd"))
            {
                if (new FileInfo(path).LinkTarget == LinkOfEvents && int.TryParse(Path.GetFileName(path), out int number)
                    && IdentityOf($"{process}", number) == identity && !(process == Environment.ProcessId && s_kept.ContainsKey(number)))
                    return true;
            }

            return false;
        }
        catch (Exception gone) when (gone is DirectoryNotFoundException or FileNotFoundException)
        {
            return false;
        }
        catch (Exception hidden) when (hidden is UnauthorizedAccessException or IOException)
        {
            return true;
        }
    }

    private static string? IdentityOf(string process, int number)
    {
        try
        {
            return Array.Find(File.ReadAllLines($"/proc/{process}/fdinfo/{number}"), static line => line.StartsWith(IdentityLine, StringComparison.Ordinal));
        }
        catch (Exception gone) when (gone is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// A write would wait while the counter is at its maximum: then nothing is written, since the client has a signal waiting
    /// anyhow. Only the client itself could fill the counter between the two calls, and would hold up its own device.
    /// </summary>
    public override unsafe void Signal()
    {
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            int descriptor = (int)_handle.DangerousGetHandle();
            NativeEvents.PollEntry entry = new() { Descriptor = descriptor, Events = NativeEvents.PollOut };
            ulong one = 1;
            if (NativeEvents.Poll(&entry, 1, 0) == 1 && (entry.Returned & NativeEvents.PollOut) != 0)
                _ = NativeEvents.Write(descriptor, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Signalled by a device while the client took the line away.
        }
        finally
        {
            if (held)
                _handle.DangerousRelease();
        }
    }

    public override void Listen(Action signalled)
    {
        if (Interlocked.CompareExchange(ref _listening, -1, 0) != 0)
            throw new InvalidOperationException("an event line has one listener");
        Volatile.Write(ref _listening, EventWatch.Shared.Add(_handle, () =>
        {
            if (Drain())
                signalled();
        }));
    }

    protected override void Dispose(bool disposing)
    {
        // epoll remembers the file rather than the number, and the client may keep the file: remove before closing.
        long token = Interlocked.Exchange(ref _listening, 0);
        if (token > 0)
            EventWatch.Shared.Remove(token, _handle);
        s_kept.TryRemove(new KeyValuePair<int, EventDescriptor>(_number, this));
        _handle.Dispose();
    }

    /// <summary>Reads the counter, which resets it. False when somebody else was faster.</summary>
    private unsafe bool Drain()
    {
        ulong counter;
        NativeEvents.IoVector vector = new() { Base = &counter, Length = sizeof(ulong) };
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            int descriptor = (int)_handle.DangerousGetHandle();
            nint read = NativeEvents.ReadVector(descriptor, &vector, 1, -1, NativeEvents.NoWait);

            // A kernel that cannot read without waiting: epoll has just said that there is something.
            if (read < 0 && Marshal.GetLastPInvokeError() == NativeEvents.EOPNOTSUPP)
                read = NativeEvents.Read(descriptor, &counter, sizeof(ulong));
            return read == sizeof(ulong);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (held)
                _handle.DangerousRelease();
        }
    }
}
