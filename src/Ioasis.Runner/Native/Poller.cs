using System.Runtime.InteropServices;

namespace Ioasis.Runner.Native;

/// <summary>
/// Waits for many descriptors at once (epoll). <see cref="Wait"/> is for one thread; adding may happen on any; closing a descriptor takes it out.
/// </summary>
internal sealed unsafe class Poller : IDisposable
{
    // struct epoll_event { u32 events; u64 data } is packed on x86-64 only.
    private static readonly int s_dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventSize = s_dataOffset + 8;

    private readonly Descriptor _epoll = LibC.epoll_create1(Linux.O_CLOEXEC);

    /// <summary>Reports <paramref name="tag"/> whenever the descriptor has one of the events (or has hung up).</summary>
    public bool Add(Descriptor fd, uint events, ulong tag)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + s_dataOffset) = tag;
        return LibC.epoll_ctl(_epoll, Linux.EPOLL_CTL_ADD, fd, entry) == 0;
    }
    public void Remove(Descriptor fd)
    {
        byte* unused = stackalloc byte[16];
        _ = LibC.epoll_ctl(_epoll, Linux.EPOLL_CTL_DEL, fd, unused);
    }

    /// <summary>Waits, at most so many milliseconds (-1: for ever).</summary>
    /// <returns>How many tags were filled in; 0 when the time is over or a signal came.</returns>
    public int Wait(Span<ulong> tags, int milliseconds)
    {
        byte* events = stackalloc byte[16 * tags.Length];
        int count = LibC.epoll_wait(_epoll, events, tags.Length, milliseconds);
        for (int i = 0; i < count; i++)
            tags[i] = *(ulong*)(events + (i * s_eventSize) + s_dataOffset);
        return Math.Max(count, 0);
    }

    public void Dispose() => _epoll.Dispose();
}
