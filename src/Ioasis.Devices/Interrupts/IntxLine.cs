namespace Ioasis.Devices.Interrupts;

/// <summary>
/// The INTx interrupt: a level that the device asserts and releases, delivered to one eventfd. Each delivery masks the line
/// until the client unmasks it, and unmasking a line that is still asserted delivers again (PCI 3.0, 2.2.6; Linux's vfio-pci).
/// </summary>
/// <remarks>
/// <see cref="_lock"/> protects everything; only <see cref="EventLine.Signal"/> is called under it. The line outlives its
/// enabling: the device may assert it, and the command register disable it, while no client listens.
/// </remarks>
internal sealed class IntxLine
{
    private readonly Lock _lock = new();
    private EventLine? _trigger;
    private EventLine? _unmask;
    private bool _enabled;
    private bool _masked;
    private bool _disabled;
    private bool _asserted;

    /// <summary>Whether the device asserts the line now: bit 3 of the status register.</summary>
    public bool IsAsserted => Volatile.Read(ref _asserted);

    /// <summary>By which the client unmasks, if it does so by an eventfd.</summary>
    public EventLine? UnmaskLine
    {
        get
        {
            lock (_lock)
                return _unmask;
        }
    }

    /// <summary>Starts delivery; a line that is asserted already is delivered at once.</summary>
    /// <param name="trigger">What to signal; null to enable without anybody who hears.</param>
    public void Enable(EventLine? trigger)
    {
        lock (_lock)
        {
            _trigger = trigger;
            _enabled = true;
            _masked = _disabled;
            Deliver();
        }
    }

    /// <summary>Exchanges what is signalled.</summary>
    public void Retarget(EventLine? trigger)
    {
        EventLine? old;
        lock (_lock)
        {
            old = _trigger;
            _trigger = trigger;
        }
        old?.Dispose();
    }

    /// <summary>Ends delivery. Nothing is signalled once this returns.</summary>
    public void Disable()
    {
        EventLine? trigger, unmask;
        lock (_lock)
        {
            (trigger, unmask) = (_trigger, _unmask);
            (_trigger, _unmask) = (null, null);
            _enabled = false;
        }
        trigger?.Dispose();
        unmask?.Dispose();
    }

    public void Mask()
    {
        lock (_lock)
            _masked = true;
    }

    public void Unmask()
    {
        lock (_lock)
            UnmaskLocked();
    }

    /// <summary>Lets the client unmask by an eventfd.</summary>
    /// <returns>False when there is one already; the caller keeps <paramref name="line"/> then.</returns>
    public bool TryUnmaskBy(EventLine line)
    {
        lock (_lock)
        {
            if (_unmask is not null)
                return false;
            _unmask = line;
        }

        // Not under the lock: a line that was signalled before is heard at once, on another thread.
        line.Listen(() =>
        {
            lock (_lock)
            {
                if (_unmask == line)
                    UnmaskLocked();
            }
        });
        return true;
    }

    public void StopUnmasking()
    {
        EventLine? old;
        lock (_lock)
        {
            old = _unmask;
            _unmask = null;
        }
        old?.Dispose();
    }

    /// <summary>Signals the client without the device, to test the way.</summary>
    public void Loopback()
    {
        lock (_lock)
            Signal();
    }

    /// <summary>The device's side: raises or lowers the level.</summary>
    public void SetAsserted(bool asserted)
    {
        lock (_lock)
        {
            Volatile.Write(ref _asserted, asserted);
            Deliver();
        }
    }

    /// <summary>The command register's interrupt disable bit: masks while set, unmasks when cleared.</summary>
    public void SetDisabled(bool disabled)
    {
        lock (_lock)
        {
            if (disabled == _disabled)
                return;
            _disabled = disabled;
            if (disabled)
                _masked = true;
            else
                UnmaskLocked();
        }
    }

    private void UnmaskLocked()
    {
        if (_disabled)
            return;
        _masked = false;
        Deliver();
    }

    private void Deliver()
    {
        if (!_enabled || !_asserted || _masked)
            return;
        _masked = true;
        Signal();
    }

    private void Signal()
    {
        if (!_disabled)
            _trigger?.Signal();
    }
}
