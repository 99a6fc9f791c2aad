using Ioasis.Engine.Dma;
using Ioasis.Engine.Objects;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// What all open <c>/dev/iommu</c> of one machine share: who owns which IOMMU group, and where aborted DMA is reported.
/// </summary>
/// <remarks><see cref="Gate"/> is the innermost lock: taken after a context's, never before.</remarks>
public sealed class IommuSystem
{
    private readonly HashSet<IommuContext> _contexts = [];

    /// <summary>Called for each aborted DMA, on the device's thread, outside of DMA sections and locks. Null when nobody listens.</summary>
    public Action<DmaFault>? DmaAborted { get; set; }

    /// <summary>
    /// Called for what a device silently does not do, on any thread and perhaps under the device's lock: must be quick, and call nothing of
    /// the device. Null when nobody listens.
    /// </summary>
    public Action<DeviceNotice>? DeviceNoticed { get; set; }

    /// <summary>Contexts that are alive: 0 when every client has gone and nothing has leaked.</summary>
    public int OpenContexts
    {
        get
        {
            lock (Gate)
                return _contexts.Count;
        }
    }

    /// <summary>The contexts that are alive now.</summary>
    internal IommuContext[] Contexts
    {
        get
        {
            lock (Gate)
                return [.. _contexts];
        }
    }

    /// <summary>Guards ownership of groups, which ports belong to which barrier, and the list of contexts.</summary>
    internal Lock Gate { get; } = new();

    internal void ContextOpened(IommuContext context)
    {
        lock (Gate)
            _contexts.Add(context);
    }

    internal void ContextClosed(IommuContext context)
    {
        lock (Gate)
            _contexts.Remove(context);
    }
}
