using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>A vIOMMU: the slice of one physical IOMMU that a virtual machine has as its own, over a stage 2 that maps its memory.</summary>
/// <remarks>Made by the type of IOMMU; guarded by the context's lock.</remarks>
public abstract class VirtualIommu : EngineObject
{
    internal const string KindName = "vIOMMU";

    private protected VirtualIommu(HwPageTable parent, Iommu iommu)
        : base(parent.Context)
    {
        Parent = parent;
        Iommu = iommu;
        parent.Users++;
    }

    public override string Kind => KindName;

    /// <summary>The stage 2 of everything in it.</summary>
    public HwPageTable Parent { get; }

    public Iommu Iommu { get; }

    /// <summary>The number that a device has in it.</summary>
    /// <returns>False: no vDevice stands for the device.</returns>
    internal abstract bool TryFindId(PhysicalDevice device, out ulong id);

    /// <summary>IOMMU_HWPT_INVALIDATE of the whole vIOMMU; see <see cref="NestedPageTable.Invalidate"/>.</summary>
    internal abstract Errno Invalidate(in InvalidationArray requests, out uint done, ref Reason why);

    private protected override void OnDestroy() => Parent.Users--;
}
