using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Objects;

/// <summary>
/// A vDevice: a bound device under the number by which a virtual machine knows it in one of its vIOMMUs (a stream ID, a requester
/// ID). It goes with the device, whose number in the context then stays taken.
/// </summary>
public sealed class VirtualDevice : EngineObject
{
    internal const string KindName = "vDevice";

    internal VirtualDevice(VirtualIommu virtualIommu, BoundDevice bound, ulong virtualId)
        : base(bound.Context)
    {
        VirtualIommu = virtualIommu;
        Bound = bound;
        VirtualId = virtualId;
        virtualIommu.Users++;
        bound.Virtual = this;
    }

    public override string Kind => KindName;

    public VirtualIommu VirtualIommu { get; }

    public BoundDevice Bound { get; }

    /// <summary>Its number in the vIOMMU.</summary>
    public ulong VirtualId { get; }

    private protected override void OnDestroy()
    {
        if (VirtualIommu.FindDevice(VirtualId) == Bound.Device)
            VirtualIommu.Remove(this);
        VirtualIommu.Users--;
        Bound.Virtual = null;
    }
}
