namespace Ioasis.Engine.Dma;

/// <summary>
/// What an unmap waits at: every DMA that was under way when it was passed has ended, when it is over. DMA that starts later is not
/// waited for, and sees the new state. Each port announces its DMA in a cache line of its own, so DMA writes nothing that is shared, and
/// no barrier is sent to other processors.
/// </summary>
internal sealed class DmaBarrier
{
    private DmaPort[] _ports = []; // replaced, never changed; under the system's gate

    /// <summary>What is left out on purpose, by the test that must find out. Set before any DMA.</summary>
    internal Omission Omission { get; set; }

    /// <summary>A port does DMA through the tables of this context from now on; what it does just now is through those of another.</summary>
    public void Add(DmaPort port)
    {
        port.InheritedSection = port.Section;
        Volatile.Write(ref _ports, [.. _ports, port]);
    }

    public void Remove(DmaPort port) => Volatile.Write(ref _ports, Array.FindAll(_ports, other => other != port));

    /// <summary>
    /// Waits for the DMA sections that are open. The caller has taken the translation away before (plain writes suffice), and holds the
    /// context's lock. A section is short by law (a bounded copy), so this spins; but one that copies memory which may block is only
    /// noted, as it may last for ever: it is waited for when the lock has been left.
    /// </summary>
    /// <param name="wait">Gets what is still to be waited for; stays as it is when nothing is.</param>
    public void Pass(ref DmaWait? wait)
    {
        if (Omission == Omission.Barrier)
            return;
        Interlocked.MemoryBarrier(); // pairs with the exchange in DmaPort.Enter: they see our change, or we see them
        DmaPort[] ports = Volatile.Read(ref _ports);
        foreach (DmaPort port in ports)
        {
            long section = port.Section; // of all first: one that opens while we wait for another is not ours
            port.AwaitedSection = section == port.InheritedSection ? 0 : section;
        }

        foreach (DmaPort port in ports)
        {
            SpinWait spin = default;
            while (port.AwaitedSection != 0 && !port.IsOver(port.AwaitedSection))
            {
                if (port.MayBlock)
                {
                    (wait ??= new DmaWait()).Add(port, port.AwaitedSection);
                    break;
                }

                spin.SpinOnce();
            }
        }
    }
}
