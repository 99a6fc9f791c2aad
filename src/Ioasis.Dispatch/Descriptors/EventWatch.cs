using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Dispatch.Descriptors;

/// <summary>The one thread that waits for clients to signal their eventfds, for all descriptors of the process.</summary>
/// <remarks>
/// <see cref="_lock"/> protects the table; the handlers run outside it, on the thread. A handler may still run once after its
/// descriptor was removed. The thread starts with the first descriptor and sleeps in epoll.
/// </remarks>
internal sealed unsafe class EventWatch
{
    private const int Batch = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Action> _handlers = [];
    private readonly SafeFileHandle _epoll = NativeEvents.EpollCreate(NativeEvents.EpollCloseOnExec);
    private long _lastToken;
    private bool _running;

    public static EventWatch Shared { get; } = new();

    /// <summary>Calls the handler whenever the descriptor has something to read; the handler reads it.</summary>
    /// <returns>What removes it; never 0.</returns>
    public long Add(SafeFileHandle descriptor, Action handler)
    {
        lock (_lock)
        {
            long token = ++_lastToken;
            _handlers.Add(token, handler);
            NativeEvents.EpollEvent change = new() { Events = NativeEvents.EpollIn, Data = token };
            if (NativeEvents.EpollControl(_epoll, NativeEvents.EpollAdd, (int)descriptor.DangerousGetHandle(), &change) != 0)
                throw new InvalidOperationException($"epoll does not take an eventfd: errno {Marshal.GetLastPInvokeError()}");
            if (!_running)
            {
                _running = true;
                new Thread(Run, maxStackSize: 256 * 1024) { Name = "eventfds", IsBackground = true }.Start();
            }
            return token;
        }
    }

    public void Remove(long token, SafeFileHandle descriptor)
    {
        lock (_lock)
        {
            NativeEvents.EpollEvent unused = default;
            _ = NativeEvents.EpollControl(_epoll, NativeEvents.EpollDelete, (int)descriptor.DangerousGetHandle(), &unused);
            _handlers.Remove(token);
        }
    }

    private void Run()
    {
        byte* events = stackalloc byte[Batch * sizeof(NativeEvents.EpollEvent)];
        while (true)
        {
            int count = NativeEvents.EpollWait(_epoll, (NativeEvents.EpollEvent*)events, Batch, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != NativeEvents.EINTR)
                throw new InvalidOperationException($"epoll_wait: errno {Marshal.GetLastPInvokeError()}");
            for (int n = 0; n < count; n++)
            {
                Action? handler;
                lock (_lock)
                    _handlers.TryGetValue(((NativeEvents.EpollEvent*)(events + n * NativeEvents.EpollEvent.Stride))->Data, out handler);
                handler?.Invoke();
            }
        }
    }
}
