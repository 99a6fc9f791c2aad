using System.Runtime.InteropServices;
using Ioasis.Engine.Work;
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
    /// <exception cref="OutOfMemoryException">No thread can be started, or the kernel watches no more.</exception>
    public long Add(SafeFileHandle descriptor, Action handler)
    {
        lock (_lock)
        {
            if (!_running)
                BackgroundThread.Start("eventfds", Run, 256 * 1024);
            _running = true;
            long token = ++_lastToken;
            _handlers.Add(token, handler);
            NativeEvents.EpollEvent change = new() { Events = NativeEvents.EpollIn, Data = token };
            if (NativeEvents.EpollControl(_epoll, NativeEvents.EpollAdd, (int)descriptor.DangerousGetHandle(), &change) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                _handlers.Remove(token);
                throw new InsufficientMemoryException($"epoll does not take an eventfd: errno {errno} (fs.epoll.max_user_watches)");
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

    /// <summary>One handler that fails must not end the thread of all.</summary>
    private static void Call(Action? handler)
    {
        try
        {
            handler?.Invoke();
        }
#pragma warning disable CA1031 // Whatever one device does, the events of the others go on.
        catch (Exception unexpected)
#pragma warning restore CA1031
        {
            BackgroundThread.Tell("eventfds", unexpected);
        }
    }

    private void Run()
    {
        byte* events = stackalloc byte[Batch * sizeof(NativeEvents.EpollEvent)];
        while (true)
        {
            int count = NativeEvents.EpollWait(_epoll, (NativeEvents.EpollEvent*)events, Batch, -1);
            for (int n = 0; n < count; n++)
            {
                Action? handler;
                lock (_lock)
                    _handlers.TryGetValue(((NativeEvents.EpollEvent*)(events + n * NativeEvents.EpollEvent.Stride))->Data, out handler);
                Call(handler);
            }
        }
    }
}
