using Ioasis.Abi;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Interrupts;

/// <summary>
/// A single event of the system's about the device: ERR (an error was reported) or REQ (the device is asked back). It is no
/// interrupt of the device, and independent of the interrupt mode.
/// </summary>
/// <remarks>Calls are serialised by <see cref="FunctionInterrupts"/>.</remarks>
internal sealed class NotificationLine
{
    private EventLine? _trigger;

    public Errno Set(in InterruptRequest request, IEventSource events, ref Reason why)
    {
        if (request.HasNoData)
            return SetWithoutData(in request, ref why);

        if (request.Count == 0)
            return why.Because(ReasonCode.InterruptRangeEmpty, (uint)request.Index, (uint)request.Flags);

        if (!request.HasEvents)
        {
            if (request.Chooses(0))
                _trigger?.Signal();
            return Errno.Success;
        }

        int descriptor = request.Descriptor(0);
        if (descriptor < -1)
            return why.Because(ReasonCode.InterruptDescriptorInvalid, (ulong)(-(long)descriptor), (uint)request.Index);

        EventLine? line = null;
        if (descriptor >= 0)
        {
            Errno errno = events.Take(descriptor, out line, ref why);
            if (errno.Failed)
                return errno;
        }
        Replace(line);
        return Errno.Success;
    }

    /// <summary>Tells the client.</summary>
    /// <returns>False when it has not set the line up.</returns>
    public bool Signal()
    {
        _trigger?.Signal();
        return _trigger is not null;
    }

    public void Clear() => Replace(null);

    private Errno SetWithoutData(in InterruptRequest request, ref Reason why)
    {
        if (_trigger is null)
            return why.Because(ReasonCode.InterruptNotEnabled, (uint)request.Index);
        if (request.Count != 0)
            _trigger.Signal();
        else
            Replace(null);
        return Errno.Success;
    }

    private void Replace(EventLine? line)
    {
        EventLine? old = _trigger;
        _trigger = line;
        old?.Dispose();
    }
}
