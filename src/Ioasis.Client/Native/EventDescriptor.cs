using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ioasis.Client.Native;

/// <summary>Owns an eventfd of Linux: a counter that others add to, and that a wait takes to 0.</summary>
internal sealed unsafe class EventDescriptor : SafeHandle
{
    private EventDescriptor(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle == -1;

    /// <exception cref="IommuException">EMFILE, ENFILE.</exception>
    public static EventDescriptor Create()
    {
        int descriptor = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        return descriptor < 0 ? throw new IommuException("eventfd", "", Marshal.GetLastPInvokeError()) : new EventDescriptor(descriptor);
    }

    /// <summary>Adds 1.</summary>
    public void Signal()
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            ulong one = 1;
            _ = LibC.write((int)handle, &one, sizeof(ulong));
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }

    /// <summary>Waits until the counter is not 0, and takes it.</summary>
    /// <param name="stop">Ends the wait when its own counter is not 0; null for none.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>The counter; 0 when the wait was stopped or took too long.</returns>
    public ulong Wait(EventDescriptor? stop, TimeSpan timeout)
    {
        bool held = false, stopHeld = false;
        try
        {
            DangerousAddRef(ref held);
            stop?.DangerousAddRef(ref stopHeld);
            long started = Stopwatch.GetTimestamp();
            while (true)
            {
                ulong count;
                if (LibC.read((int)handle, &count, sizeof(ulong)) == sizeof(ulong))
                    return count;
                int error = Marshal.GetLastPInvokeError();
                if (error is not (ErrorNumber.EAGAIN or ErrorNumber.EINTR))
                    throw new IommuException("read", "eventfd", error);
                TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(started);
                if ((left != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero) || !Poll(stop, left))
                    return 0;
            }
        }
        finally
        {
            if (held)
                DangerousRelease();
            if (stopHeld)
                stop!.DangerousRelease();
        }
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    /// <returns>False when stopped; true when it is worth looking again.</returns>
    private bool Poll(EventDescriptor? stop, TimeSpan left)
    {
        int milliseconds = left == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue);
        PollDescriptor* descriptors = stackalloc PollDescriptor[2];
        descriptors[0] = new PollDescriptor { Descriptor = (int)handle, Events = LibC.POLLIN };
        descriptors[1] = new PollDescriptor { Descriptor = stop is null ? -1 : (int)stop.handle, Events = LibC.POLLIN };
        _ = LibC.poll(descriptors, 2, milliseconds);
        return descriptors[0].Returned != 0 || descriptors[1].Returned == 0;
    }
}
