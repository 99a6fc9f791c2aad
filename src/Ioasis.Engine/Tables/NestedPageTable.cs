using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Tables;

/// <summary>
/// A nested HWPT: a stage 1 that the user manages, whose output addresses go through a paging HWPT, its parent. What it
/// remembers of the user's tables stays until the user invalidates it.
/// </summary>
/// <remarks>Made by the type of IOMMU whose format it has; guarded by the context's lock.</remarks>
public abstract class NestedPageTable : PageTable
{
    private protected NestedPageTable(HwPageTable parent, VirtualIommu? virtualIommu, Iommu iommu)
        : base(parent.Space, iommu)
    {
        Parent = parent;
        VirtualIommu = virtualIommu;
        Holder.Users++;
    }

    /// <summary>The stage 2.</summary>
    public HwPageTable Parent { get; }

    /// <summary>The vIOMMU that it was made for; null when it stands on its parent alone.</summary>
    public VirtualIommu? VirtualIommu { get; }

    internal override DirtyTracker? ActiveTracker => Parent.ActiveTracker;

    private EngineObject Holder => VirtualIommu is null ? Parent : VirtualIommu;

    /// <summary>IOMMU_HWPT_INVALIDATE: takes the requests one after the other, as far as they are good.</summary>
    /// <param name="requests">What the client sent.</param>
    /// <param name="done">How many were carried out.</param>
    /// <param name="why">The reason of a failure: EINVAL or EOPNOTSUPP, as the format says; EFAULT.</param>
    internal abstract Errno Invalidate(in InvalidationArray requests, out uint done, ref Reason why);

    private protected override void OnDestroy()
    {
        base.OnDestroy();
        Holder.Users--;
    }
}
