using Ioasis.Engine.Dma;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// What all open <c>/dev/iommu</c> of one machine share: who owns which IOMMU group, and where aborted DMA is reported.
/// </summary>
/// <remarks><see cref="Gate"/> is the innermost lock: taken after a context's, never before.</remarks>
public sealed class IommuSystem
{
    private int _openContexts;

    /// <summary>Called for each aborted DMA, on the device's thread, outside of DMA sections and locks. Null when nobody listens.</summary>
    public Action<DmaFault>? DmaAborted { get; set; }

    /// <summary>Contexts that are alive: 0 when every client has gone and nothing has leaked.</summary>
    public int OpenContexts => Volatile.Read(ref _openContexts);

    /// <summary>Guards ownership of groups, and which ports belong to which barrier.</summary>
    internal Lock Gate { get; } = new();

    internal void ContextOpened() => Interlocked.Increment(ref _openContexts);

    internal void ContextClosed() => Interlocked.Decrement(ref _openContexts);
}
