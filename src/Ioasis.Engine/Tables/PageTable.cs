using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Tables;

/// <summary>
/// A HWPT: what devices are attached to. A paging one (<see cref="HwPageTable"/>) is a view of an IOAS; a nested one
/// (<see cref="NestedPageTable"/>) is a stage 1 that the user manages, over a paging one.
/// </summary>
/// <remarks>Guarded by the context's lock; DMA reads what never changes once a device is attached.</remarks>
public abstract class PageTable : EngineObject
{
    internal const string KindName = "HWPT";

    private protected PageTable(Ioas space, Iommu iommu)
        : base(space.Context)
    {
        Space = space;
        Iommu = iommu;
    }

    public override string Kind => KindName;

    /// <summary>The address space in which its output addresses, or its parent's, are found.</summary>
    public Ioas Space { get; }

    public Iommu Iommu { get; }

    /// <summary>Its devices may use it with PASIDs (IOMMU_HWPT_ALLOC_PASID): its format is one that PASID tables can point to.</summary>
    public bool PasidCompatible { get; internal set; }

    /// <summary>Where page requests of its devices go (IOMMU_HWPT_FAULT_ID_VALID); null when such DMA just aborts.</summary>
    public FaultQueue? Faults { get; private set; }

    /// <summary>Where DMA through it marks what it writes; null while nobody wants to know. Asked once for each remembered translation.</summary>
    internal virtual DirtyTracker? ActiveTracker => null;

    /// <summary>Sends page requests to a queue from now on. Before it is published, once.</summary>
    internal void SendFaultsTo(FaultQueue queue)
    {
        Faults = queue;
        queue.Users++;
    }

    private protected override void OnDestroy()
    {
        if (Faults is not null)
            Faults.Users--;
    }
}
