using System.Diagnostics;

namespace Ioasis.Engine.Dma;

/// <summary>
/// DMA, and copies by software, that were under way when something was taken away, and that may be waiting for memory of a client. It is
/// waited for with no lock held.
/// </summary>
/// <remarks>Filled under the context's lock; then of one thread.</remarks>
internal sealed class DmaWait
{
    /// <summary>
    /// How long a detach and a close wait for memory that does not come. Their device does nothing more with it: it is blocked, and what
    /// is stuck in the kernel is left behind.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly List<(DmaPort Port, long Section)> _sections = [];
    private readonly List<CopyCount> _copies = [];

    public void Add(DmaPort port, long section)
    {
        if (!_sections.Contains((port, section)))
            _sections.Add((port, section));
    }

    public void Add(CopyCount copies) => _copies.Add(copies);

    /// <summary>All has ended, or was given up.</summary>
    public bool IsOver
    {
        get
        {
            foreach ((DmaPort port, long section) in _sections)
            {
                if (!port.IsOver(section))
                    return false;
            }

            return _copies.TrueForAll(static one => one.IsOver);
        }
    }

    /// <summary>All has truly ended: nothing of it touches memory any more.</summary>
    public bool HasEnded => _sections.TrueForAll(static one => !one.Port.IsOpen(one.Section)) && _copies.TrueForAll(static one => one.IsIdle);

    /// <summary>Waits until all is over.</summary>
    public void Wait()
    {
        SpinWait spin = default;
        while (!IsOver)
            spin.SpinOnce();
    }

    /// <summary>Waits until all is over, or <see cref="Patience"/> has passed: then it is given up, by all who wait for it.</summary>
    public void WaitOrGiveUp()
    {
        long begin = Stopwatch.GetTimestamp();
        SpinWait spin = default;
        while (!IsOver && Stopwatch.GetElapsedTime(begin) < Patience)
            spin.SpinOnce();
        GiveUp();
    }

    /// <summary>Whoever waits for any of it waits no longer.</summary>
    public void GiveUp()
    {
        foreach ((DmaPort port, long section) in _sections)
            port.GiveUp(section);
        _copies.ForEach(static one => one.GiveUp());
    }
}
