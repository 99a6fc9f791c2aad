using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Mock;

/// <summary>Test calls on mock devices and on what their hardware remembers.</summary>
internal static class MockDeviceCalls
{
    /// <summary>MOCK_DOMAIN, MOCK_DOMAIN_FLAGS.</summary>
    public static Errno Create(ref IoctlCall call, ref iommu_test_cmd cmd, mock_device_flags flags, ref Reason why)
    {
        const mock_device_flags Known = mock_device_flags.MOCK_FLAGS_DEVICE_NO_DIRTY | mock_device_flags.MOCK_FLAGS_DEVICE_PASID;
        if ((flags & ~Known) != 0)
            return why.Because(ReasonCode.MockFlagsUnknown, (ulong)flags, (ulong)Known);
        ObjectId table = new(cmd.id);
        Errno errno = call.Context.CreateMockDevice(
            call.Mock!, (flags & mock_device_flags.MOCK_FLAGS_DEVICE_NO_DIRTY) == 0, (flags & mock_device_flags.MOCK_FLAGS_DEVICE_PASID) != 0,
            ref table, out MockDevice? made, ref why);
        if (errno.Failed)
            return errno;
        call.Created = made;
        cmd.mock_domain.out_stdev_id = made!.Id.Value;
        cmd.mock_domain.out_hwpt_id = table.Value;
        cmd.mock_domain.out_idev_id = made.Bound.Id.Value;
        return call.Respond(ref why);
    }

    /// <summary>MOCK_DOMAIN_REPLACE.</summary>
    public static Errno Replace(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = call.Context.FindMockDevice(new ObjectId(cmd.id), out MockDevice? device, ref why);
        if (errno.Failed)
            return errno;
        ObjectId table = new(cmd.operand);
        errno = device!.Bound.Replace(Pasid.None, ref table, ref why);
        if (errno.Failed)
            return errno;
        cmd.operand = table.Value;
        return call.Respond(ref why);
    }

    /// <summary>MD_CHECK_IOTLB.</summary>
    public static Errno CheckIotlb(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why) =>
        call.Context.CheckMockIotlb(new ObjectId(cmd.id), cmd.check_entry.id, cmd.check_entry.value, ref why);

    /// <summary>DEV_CHECK_CACHE.</summary>
    public static Errno CheckCache(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why) =>
        call.Context.CheckMockCache(new ObjectId(cmd.id), cmd.check_entry.id, cmd.check_entry.value, ref why);
}
