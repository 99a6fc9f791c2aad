namespace Ioasis.Engine.Dma;

/// <summary>
/// What an unmap waits at: every DMA that is under way now has ended when <see cref="Wait"/> returns; DMA that starts later
/// is not waited for, and sees the new state. Each port announces its DMA in a cache line of its own, so DMA writes nothing
/// that is shared, and no barrier is sent to other processors.
/// </summary>
internal sealed class DmaBarrier
{
    private DmaPort[] _ports = []; // replaced, never changed; under the system's gate

    /// <summary>What is left out on purpose, by the test that must find out. Set before any DMA.</summary>
    internal Omission Omission { get; set; }

    public void Add(DmaPort port) => Volatile.Write(ref _ports, [.. _ports, port]);

    public void Remove(DmaPort port) => Volatile.Write(ref _ports, Array.FindAll(_ports, other => other != port));

    /// <summary>
    /// Waits for the DMA sections that are open. The caller has taken the translation away before (plain writes suffice).
    /// A section is short by law (a bounded copy, no wait), so this spins. The context's lock is held.
    /// </summary>
    public void Wait()
    {
        if (Omission == Omission.Barrier)
            return;
        Interlocked.MemoryBarrier(); // pairs with the exchange in DmaPort.Enter: they see our change, or we see them
        DmaPort[] ports = Volatile.Read(ref _ports);
        foreach (DmaPort port in ports)
            port.AwaitedSection = port.Section; // all first: one that opens while we wait for another is not ours
        foreach (DmaPort port in ports)
        {
            SpinWait spin = default;
            while (port.AwaitedSection != 0 && port.Section == port.AwaitedSection)
                spin.SpinOnce();
        }
    }
}
