namespace Ioasis.Devices.Pci;

/// <summary>BARs of plain memory: no register of theirs has a meaning, so clients may map them.</summary>
public abstract partial class PciFunction
{
    private readonly BarMemory?[] _memories = new BarMemory?[Bar.Count];

    /// <summary>Whether a BAR is plain memory.</summary>
    public bool IsMemory(uint bar) => bar < Bar.Count && _memories[bar] is not null;

    /// <summary>Lets a client's pages hold the bytes of a BAR of memory, until <see cref="UnshareMemory"/>.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="pages">As many bytes as the BAR has; what they hold is overwritten.</param>
    /// <returns>False when another client's pages hold them.</returns>
    public unsafe bool TryShareMemory(int bar, byte* pages)
    {
        lock (Sync)
        {
            BarMemory memory = _memories[bar]!;
            if (memory.IsShared)
                return false;
            memory.Share(pages);
            return true;
        }
    }

    /// <summary>The pages are about to go.</summary>
    public unsafe void UnshareMemory(int bar, byte* pages)
    {
        lock (Sync)
            _memories[bar]!.Unshare(pages);
    }

    /// <summary>Nobody has the function open: its memory is as at power-on.</summary>
    private void DropMemories()
    {
        foreach (BarMemory? memory in _memories)
            memory?.Dispose();
    }

    private void ClearMemories()
    {
        foreach (BarMemory? memory in _memories)
            memory?.Clear();
    }
}
