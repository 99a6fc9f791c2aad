using Ioasis.Engine.Memory;

namespace Ioasis.Devices.Pci;

/// <summary>
/// BARs of plain memory: no register of theirs has a meaning, so clients may map them, and make dma-bufs of them for other devices.
/// Those lose their memory whenever the function does not answer: memory space off, asleep, reset, closed.
/// </summary>
public abstract partial class PciFunction
{
    private readonly BarMemory?[] _memories = new BarMemory?[Bar.Count];
    private readonly List<WeakReference<DmaBuf>> _buffers = [];
    private bool _buffersRevoked = true;
    private bool _buffersHeldBack; // by VFIO, while the client lets the device sleep

    /// <summary>Whether a BAR is plain memory.</summary>
    public bool IsMemory(uint bar) => bar < Bar.Count && _memories[bar] is not null;

    /// <summary>Lets a client's pages hold the bytes of a BAR of memory, until <see cref="UnshareMemory"/>.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="pages">As many bytes as the BAR has; what they hold is overwritten.</param>
    /// <returns>False when another client's pages hold them.</returns>
    public unsafe bool TryShareMemory(int bar, byte* pages) => _memories[bar]!.TryShare(pages);

    /// <summary>The pages are about to go.</summary>
    public unsafe void UnshareMemory(int bar, byte* pages) => _memories[bar]!.Unshare(pages);

    /// <summary>Makes a dma-buf of pieces of a BAR of memory.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="ranges">First byte and bytes of each piece, within the BAR; at least one, none empty, 2^31 - 1 bytes in all at most.</param>
    public DmaBuf Export(int bar, params (ulong Offset, ulong Length)[] ranges)
    {
        lock (Sync)
        {
            DmaBuf made = new(new BarRanges(_memories[bar]!, ranges), isScattered: ranges.Length > 1);
            if (_buffersRevoked)
                made.Revoke(forNow: true);
            _buffers.RemoveAll(static one => !one.TryGetTarget(out _));
            _buffers.Add(new WeakReference<DmaBuf>(made));
            return made;
        }
    }

    /// <summary>Takes the memory of all dma-bufs away while the client lets the device sleep.</summary>
    public void HoldBuffersBack(bool holdBack)
    {
        lock (Sync)
        {
            _buffersHeldBack = holdBack;
            RevokeBuffersUnlessDecoding();
        }
    }

    private void RevokeBuffersUnlessDecoding()
    {
        bool revoked = _buffersHeldBack || !IsDecoding;
        if (revoked != _buffersRevoked)
            RevokeBuffers(revoked);
    }

    private void RevokeBuffers(bool forNow)
    {
        _buffersRevoked = forNow;
        foreach (WeakReference<DmaBuf> one in _buffers)
        {
            if (one.TryGetTarget(out DmaBuf? buffer))
                buffer.Revoke(forNow);
        }
    }

    /// <summary>Nobody has the function open: its memory is as at power-on, and no buffer gets it back.</summary>
    private void DropMemories()
    {
        RevokeBuffers(forNow: true);
        _buffers.Clear();
        _buffersHeldBack = false;
        foreach (BarMemory? memory in _memories)
            memory?.Dispose();
    }

    /// <summary>A reset: what was mapped of the buffers has lost its memory.</summary>
    private void ClearMemories()
    {
        if (!_buffersRevoked)
            RevokeBuffers(forNow: true);
        foreach (BarMemory? memory in _memories)
            memory?.Clear();
    }
}
