using Ioasis.Abi;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_irq_set_flags;
using static Ioasis.Abi.vfio_pci_irq_index;

namespace Ioasis.Devices.Interrupts;

/// <summary>What VFIO_DEVICE_SET_IRQS does, index by index. Order of checks and errnos are Linux's.</summary>
public sealed partial class FunctionInterrupts
{
    /// <summary>Carries out a request that passed the checks common to all devices.</summary>
    /// <returns>
    /// ENOTTY: the index cannot do the action. EINVAL: the range, the data or what is enabled does not allow it. EBUSY: INTx has
    /// an unmask eventfd already, which the client still has. ERANGE: messages enabled with no vector. EBADF, EINVAL: a descriptor is no eventfd.
    /// </returns>
    public Errno Set(in InterruptRequest request, IEventSource events, ref Reason why)
    {
        lock (_setup)
        {
            return (request.Index, request.Action) switch
            {
                (VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_MASK) => MaskIntx(in request, ref why),
                (VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_UNMASK) => UnmaskIntx(in request, events, ref why),
                (VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER) => TriggerIntx(in request, events, ref why),
                (VFIO_PCI_MSI_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER) => TriggerMessages(_msi, in request, events, ref why),
                (VFIO_PCI_MSIX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER) => TriggerMessages(_msix, in request, events, ref why),
                (VFIO_PCI_ERR_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER) => _error.Set(in request, events, ref why),
                (VFIO_PCI_REQ_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER) => _request.Set(in request, events, ref why),
                _ => CannotDo(in request, ref why),
            };
        }
    }

    private static Errno CannotDo(in InterruptRequest request, ref Reason why) =>
        why.Because(ReasonCode.InterruptActionUnsupported, (uint)request.Index, (uint)request.Flags);

    private Errno MaskIntx(in InterruptRequest request, ref Reason why)
    {
        if (_mode != InterruptMode.Intx)
            return why.Because(ReasonCode.InterruptNotEnabled, (uint)request.Index);
        if (request.Count != 1)
            return why.Because(ReasonCode.InterruptRangeEmpty, (uint)request.Index, (uint)request.Flags);
        if (request.HasEvents)
            return CannotDo(in request, ref why);
        if (request.Chooses(0))
            _intx.Mask();
        return Errno.Success;
    }

    private Errno UnmaskIntx(in InterruptRequest request, IEventSource events, ref Reason why)
    {
        if (_mode != InterruptMode.Intx)
            return why.Because(ReasonCode.InterruptNotEnabled, (uint)request.Index);
        if (request.Count != 1)
            return why.Because(ReasonCode.InterruptRangeEmpty, (uint)request.Index, (uint)request.Flags);
        if (!request.HasEvents)
        {
            if (request.Chooses(0))
                _intx.Unmask();
            return Errno.Success;
        }

        int descriptor = request.Descriptor(0);
        if (descriptor < 0)
        {
            _intx.StopUnmasking();
            return Errno.Success;
        }

        Errno errno = events.Take(descriptor, out EventLine? line, ref why);
        if (errno.Failed)
            return errno;
        // Linux lets an unmask eventfd go when it hears of its end. We keep a descriptor, so there is no end to hear of: we look.
        if (_intx.UnmaskLine is { } earlier && !events.StillHas(earlier))
            _intx.StopUnmasking();
        if (_intx.TryUnmaskBy(line!))
            return Errno.Success;
        line!.Dispose();
        return why.Because(ReasonCode.InterruptBusy, (uint)request.Index);
    }

    private Errno TriggerIntx(in InterruptRequest request, IEventSource events, ref Reason why)
    {
        bool enabled = _mode == InterruptMode.Intx;
        if (enabled && request.IsDisable)
        {
            DisableMode();
            return Errno.Success;
        }
        if (!enabled && _mode != InterruptMode.None)
            return why.Because(ReasonCode.InterruptModeTaken, (uint)request.Index, (uint)_mode);
        if (request.Count != 1)
            return why.Because(ReasonCode.InterruptRangeEmpty, (uint)request.Index, (uint)request.Flags);

        if (request.HasEvents)
        {
            EventLine? line = null;
            int descriptor = request.Descriptor(0);
            if (descriptor >= 0)
            {
                Errno errno = events.Take(descriptor, out line, ref why);
                if (errno.Failed)
                    return errno;
            }
            if (enabled)
            {
                _intx.Retarget(line);
                return Errno.Success;
            }
            _mode = InterruptMode.Intx;
            _intx.Enable(line);
            return Errno.Success;
        }

        if (!enabled)
            return why.Because(ReasonCode.InterruptNotEnabled, (uint)request.Index);
        if (request.Chooses(0))
            _intx.Loopback();
        return Errno.Success;
    }

    private Errno TriggerMessages(MessageVectors vectors, in InterruptRequest request, IEventSource events, ref Reason why)
    {
        var mode = (InterruptMode)request.Index;
        bool enabled = _mode == mode;
        if (enabled && request.IsDisable)
        {
            DisableMode();
            return Errno.Success;
        }
        if (!enabled && _mode != InterruptMode.None)
            return why.Because(ReasonCode.InterruptModeTaken, (uint)request.Index, (uint)_mode);

        if (request.HasEvents)
        {
            if (enabled)
                return SetVectors(vectors, in request, events, ref why);

            // Linux enables as many vectors as the range reaches to, even when the range itself is empty.
            if (request.Start + request.Count == 0)
                return why.Because(ReasonCode.InterruptNoVectors, (uint)request.Index);
            vectors.Enable(request.Start + request.Count);
            _mode = mode;
            Errno errno = SetVectors(vectors, in request, events, ref why);
            if (errno.Failed)
                DisableMode();
            return errno;
        }

        if (!enabled)
            return why.Because(ReasonCode.InterruptNotEnabled, (uint)request.Index);
        for (uint n = 0; n < request.Count; n++)
        {
            if (request.Chooses(n))
                vectors.Signal(request.Start + n);
        }
        return Errno.Success;
    }

    /// <summary>All or nothing: when one vector fails, those set before it, and it, lead nowhere.</summary>
    private static Errno SetVectors(MessageVectors vectors, in InterruptRequest request, IEventSource events, ref Reason why)
    {
        for (uint n = 0; n < request.Count; n++)
        {
            uint vector = request.Start + n;
            Errno errno = SetVector(vectors, vector, in request, request.Descriptor(n), events, ref why);
            if (errno.Succeeded)
                continue;
            for (uint undo = request.Start; undo <= vector; undo++)
                vectors.Set(undo, null);
            return errno;
        }
        return Errno.Success;
    }

    private static Errno SetVector(
        MessageVectors vectors, uint vector, in InterruptRequest request, int descriptor, IEventSource events, ref Reason why)
    {
        EventLine? line = null;
        if (descriptor >= 0)
        {
            if (vector >= vectors.Usable)
                return why.Because(ReasonCode.InterruptVectorNotEnabled, (uint)request.Index, vector, vectors.Usable);
            Errno errno = events.Take(descriptor, out line, ref why);
            if (errno.Failed)
                return errno;
        }
        vectors.Set(vector, line);
        return Errno.Success;
    }
}
