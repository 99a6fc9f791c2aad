using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Mock;

/// <summary>
/// What the mock IOMMU keeps of a device behind it: a cache of four numbers that a vIOMMU invalidates, and which vIOMMU the
/// device's events go to.
/// </summary>
/// <remarks>Guarded by the lock of the context that the device is bound to.</remarks>
public sealed class MockDeviceState
{
    private readonly uint[] _cache = new uint[MockFormat.CacheEntries];

    /// <param name="tracksDirty">False: tables with dirty tracking are refused, as by an IOMMU without it.</param>
    public MockDeviceState(bool tracksDirty = true)
    {
        TracksDirty = tracksDirty;
        _cache.AsSpan().Fill(MockFormat.CacheDefault);
    }

    public bool TracksDirty { get; }

    internal Span<uint> Cache => _cache;

    /// <summary>The next attachment of <see cref="MockFormat.FailingPasid"/> fails.</summary>
    internal bool FailNext;

    /// <summary>The vIOMMU of the nested table that the device is attached to.</summary>
    internal VirtualIommu? VirtualIommu { get; private set; }

    /// <summary>The device's number in it.</summary>
    internal ulong VirtualId { get; private set; }

    /// <summary>The state of a device, made when it is first asked for.</summary>
    internal static MockDeviceState Of(PhysicalDevice device) => (MockDeviceState)(device.IommuState ??= new MockDeviceState());

    internal Errno AttachFailing(PhysicalDevice device, Pasid pasid, ref Reason why)
    {
        FailNext = !FailNext;
        return FailNext ? Errno.Success : why.Because(ReasonCode.MockAttachFails, pasid.Value, name: device.Name);
    }

    internal Errno EnterVirtualIommu(PhysicalDevice device, PageTable table, ref Reason why)
    {
        VirtualIommu? entered = (table as NestedPageTable)?.VirtualIommu;
        ulong id = 0;
        if (entered is not null && !entered.TryFindId(device, out id))
            return why.Because(ReasonCode.NoVirtualDevice, entered.Id.Value, name: device.Name);
        if (entered == VirtualIommu)
            return Errno.Success;
        VirtualIommu = entered;
        VirtualId = id;
        return Errno.Success;
    }

    internal void LeaveVirtualIommu()
    {
        VirtualIommu = null;
        VirtualId = 0;
    }
}
