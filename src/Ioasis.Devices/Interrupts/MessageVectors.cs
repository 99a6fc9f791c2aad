namespace Ioasis.Devices.Interrupts;

/// <summary>The vectors of MSI or of MSI-X: each leads to an eventfd or nowhere.</summary>
/// <remarks>
/// <see cref="_lock"/> protects the eventfds, so that none is signalled after it was taken away; only
/// <see cref="EventLine.Signal"/> is called under it. Enabling and setting are serialised by <see cref="FunctionInterrupts"/>.
/// </remarks>
/// <param name="count">Vectors that the function has; 0 when it has no such capability.</param>
/// <param name="canGrow">MSI-X: a vector may be added while others are in use. MSI gets its number when it is enabled.</param>
internal sealed class MessageVectors(int count, bool canGrow)
{
    private readonly Lock _lock = new();
    private readonly EventLine?[] _triggers = new EventLine?[count];

    /// <summary>Vectors that the function has.</summary>
    public int Count => _triggers.Length;

    /// <summary>Vectors that can be set now: those that were asked for when enabled, or all where the set can grow.</summary>
    public uint Usable { get; private set; }

    public void Enable(uint vectors) => Usable = canGrow ? (uint)Count : vectors;

    /// <summary>Takes all eventfds away. Nothing is signalled once this returns.</summary>
    public void Disable()
    {
        for (uint vector = 0; vector < Count; vector++)
            Set(vector, null);
        Usable = 0;
    }

    /// <summary>Sets what a vector signals, null for nothing, and disposes what it signalled before.</summary>
    public void Set(uint vector, EventLine? trigger)
    {
        EventLine? old;
        lock (_lock)
        {
            old = _triggers[vector];
            _triggers[vector] = trigger;
        }
        old?.Dispose();
    }

    /// <summary>Signals a vector, if it is set. For the device, and for a client that tests the way.</summary>
    public void Signal(uint vector)
    {
        lock (_lock)
        {
            if (vector < (uint)_triggers.Length)
                _triggers[vector]?.Signal();
        }
    }
}
