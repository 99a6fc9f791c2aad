using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Mock;

/// <summary>Test calls on PASIDs of mock devices.</summary>
internal static class MockPasidCalls
{
    /// <summary>PASID_ATTACH.</summary>
    public static Errno Attach(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = call.Context.FindMockDevice(new ObjectId(cmd.id), out MockDevice? device, ref why);
        if (errno.Failed)
            return errno;
        Pasid pasid = new(cmd.pasid.pasid);
        ObjectId table = new(cmd.pasid.pt_id);
        errno = device!.Bound.Attach(pasid, ref table, ref why);
        if (errno.Failed)
            return errno;
        cmd.pasid.pt_id = table.Value;
        errno = call.Respond(ref why);
        if (errno.Failed)
            device.Bound.Detach(pasid);
        return errno;
    }

    /// <summary>PASID_REPLACE.</summary>
    public static Errno Replace(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = call.Context.FindMockDevice(new ObjectId(cmd.id), out MockDevice? device, ref why);
        if (errno.Failed)
            return errno;
        ObjectId table = new(cmd.pasid.pt_id);
        errno = device!.Bound.Replace(new Pasid(cmd.pasid.pasid), ref table, ref why);
        if (errno.Failed)
            return errno;
        cmd.pasid.pt_id = table.Value;
        return call.Respond(ref why);
    }

    /// <summary>PASID_DETACH.</summary>
    public static Errno Detach(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = call.Context.FindMockDevice(new ObjectId(cmd.id), out MockDevice? device, ref why);
        if (errno.Succeeded)
            device!.Bound.Detach(new Pasid(cmd.pasid.pasid));
        return errno;
    }

    /// <summary>PASID_CHECK_HWPT.</summary>
    public static Errno Check(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why) =>
        call.Context.CheckMockPasid(new ObjectId(cmd.id), new Pasid(cmd.pasid.pasid), new ObjectId(cmd.pasid.pt_id), ref why);
}
