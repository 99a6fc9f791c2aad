using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;

namespace Ioasis.Engine.Mock;

/// <summary>
/// A device that a client made itself, behind the mock IOMMU and alone in its group, bound to the client's context for its
/// whole life.
/// </summary>
public sealed class MockDevice : EngineObject
{
    internal const string KindName = "mock device";

    private readonly MockIommu _iommu;
    private readonly int _number;

    internal MockDevice(IommuContext context, MockIommu iommu, bool tracksDirty, bool hasPasids)
        : base(context)
    {
        _iommu = iommu;
        _number = iommu.TakeNumber();
        Device = new PhysicalDevice(
            $"iommufd_mock{_number}", new RequesterId((ushort)_number), new IommuGroup(context.System, _number, iommu), [])
        {
            PasidBits = hasPasids ? MockFormat.PasidBits : 0,
            PageRequests = true,
            BusMaster = true,
            IommuState = new MockDeviceState(tracksDirty),
        };
    }

    public override string Kind => KindName;

    public PhysicalDevice Device { get; }

    /// <summary>The object by which the API knows it.</summary>
    public BoundDevice Bound { get; internal set; } = null!;

    private protected override void OnDestroy()
    {
        if (Bound is not null)
        {
            Bound.Users--;
            DmaEnding ending = new(Context);
            Bound.UnbindLocked(ref ending);
            ending.GiveUp(); // it does no DMA of its own
        }

        _iommu.ReturnNumber(_number);
    }
}
