using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Mock;

/// <summary>
/// The mock IOMMU: pages of 2,048 bytes, a small aperture, nested tables, vIOMMUs, page requests, PASIDs and dirty tracking,
/// so that all of the API can be tried. Devices behind it do real DMA like those behind any other.
/// </summary>
/// <remarks>Source: drivers/iommu/iommufd/iommufd_test.h of Linux 7.3, whose tests use it through IOMMU_TEST_CMD.</remarks>
public sealed class MockIommu : Iommu
{
    public MockIommu(string name)
        : base(name, IommuType.Mock)
    {
        Aperture = new AddressRange(MockFormat.ApertureFirst, MockFormat.ApertureLast);
        PageSizes = DefaultPageSizes;
        DirtyTracking = true;
        PasidBits = MockFormat.PasidBits;
        InfoType = MockFormat.InfoType;
        Info = MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_test_hw_info>(in s_info)).ToArray();
    }

    private readonly LowestFreeSet _numbers = new(); // of devices that clients make

    private static readonly iommu_test_hw_info s_info = new() { test_reg = MockFormat.InfoRegister };

    /// <summary>Every power of two from 2 KiB up, as tables of AMD's format have it, but for the largest ones.</summary>
    public const ulong DefaultPageSizes = ((1ul << 37) - 1) & ~(MockFormat.PageSize - 1);

    public override bool HasUserPasidTables => true;

    /// <summary>All mock IOMMUs have one driver, and it looks no further.</summary>
    internal override bool Accepts(PageTable table) => table.Iommu is MockIommu;

    public override bool CanTrackDirty(PhysicalDevice device) => MockDeviceState.Of(device).TracksDirty;

    /// <summary>A number for a device that a client makes; the lowest free one.</summary>
    internal int TakeNumber()
    {
        lock (_numbers)
            return _numbers.Take();
    }

    internal void ReturnNumber(int number)
    {
        lock (_numbers)
            _numbers.Release(number);
    }

    internal override Errno Describe(
        PhysicalDevice device, iommufd_hwpt_alloc_flags flags, in UserData data, out PagingFormat format, ref Reason why)
    {
        const iommufd_hwpt_alloc_flags Known =
            iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING | iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_NEST_PARENT
            | iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID;
        format = new PagingFormat(Aperture, PageSizes);
        if ((flags & ~Known) != 0)
            return why.Because(ReasonCode.HwptFlagUnsupported, (ulong)flags, name: device.Name);
        if (data.IsNone)
            return Errno.Success;
        if (data.Type != MockFormat.TableData)
            return why.Because(ReasonCode.HwptDataTypeUnsupported, data.Type, name: device.Name);
        Errno errno = data.Take(MockFormat.TableData, iommu_hwpt_selftest.MinimumSize, out iommu_hwpt_selftest wanted, ref why);
        if (errno.Failed)
            return errno;
        switch (wanted.pagetable_type)
        {
            case mock_iommupt.MOCK_IOMMUPT_DEFAULT:
                return Errno.Success;
            case mock_iommupt.MOCK_IOMMUPT_HUGE:
                format = new PagingFormat(new AddressRange(0, MockFormat.HugeApertureLast), MockFormat.HugePageSize | SystemPage.Size);
                return Errno.Success;
            default:
                return why.Because(ReasonCode.HwptDataTypeUnsupported, (ulong)wanted.pagetable_type, name: device.Name);
        }
    }

    internal override Errno Nest(
        HwPageTable parent, VirtualIommu? virtualIommu, iommufd_hwpt_alloc_flags flags, in UserData data, out NestedPageTable? made, ref Reason why)
    {
        made = null;
        if (data.Type != MockFormat.TableData)
            return why.Because(ReasonCode.HwptDataTypeUnsupported, data.Type, name: Name);
        Errno errno = data.Take(MockFormat.TableData, iommu_hwpt_selftest.MinimumSize, out iommu_hwpt_selftest wanted, ref why);
        if (errno.Succeeded)
            made = new MockNestedTable(parent, virtualIommu, this, wanted.iotlb);
        return errno;
    }

    internal override Errno CheckVirtual(uint type, ref Reason why) =>
        type == MockFormat.VirtualType ? Errno.Success : base.CheckVirtual(type, ref why);

    internal override Errno Virtualize(HwPageTable parent, uint type, in UserData data, out VirtualIommu? made, ref Reason why)
    {
        iommu_viommu_selftest wanted = default;
        Errno errno = data.IsNone
            ? Errno.Success
            : data.Take(MockFormat.VirtualType, iommu_viommu_selftest.MinimumSize, out wanted, ref why);
        made = errno.Succeeded ? new MockVirtualIommu(parent, this, data.IsNone ? null : wanted.in_data) : null;
        return errno;
    }

    internal override Errno Attach(PhysicalDevice device, PageTable table, Pasid pasid, ref Reason why)
    {
        MockDeviceState state = MockDeviceState.Of(device);
        if (!pasid.IsNone)
            return pasid.Value == MockFormat.FailingPasid ? state.AttachFailing(device, pasid, ref why) : Errno.Success;
        return table is HwPageTable { TracksDirty: true } && !state.TracksDirty
            ? why.Because(ReasonCode.DeviceCannotTrackDirty, table.Id.Value, name: device.Name)
            : state.EnterVirtualIommu(device, table, ref why);
    }

    internal override void Detach(PhysicalDevice device, Pasid pasid)
    {
        MockDeviceState state = MockDeviceState.Of(device);
        if (pasid.IsNone)
            state.LeaveVirtualIommu();
        else if (pasid.Value == MockFormat.FailingPasid)
            state.FailNext = false;
    }
}
