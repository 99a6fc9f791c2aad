using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Mock;

/// <summary>Test calls that have a device send something of its own accord.</summary>
internal static class MockEventCalls
{
    /// <summary>TRIGGER_IOPF: a page request, complete in itself. Nobody waits for its answer.</summary>
    public static Errno RequestPage(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = call.Context.FindDevice(new ObjectId(cmd.trigger_iopf.dev_id), out PhysicalDevice? device, ref why);
        if (errno.Failed)
            return errno;
        if (device!.Iommu is not MockIommu)
            return why.Because(ReasonCode.NotBehindMock, cmd.trigger_iopf.dev_id, name: device.Name);
        var request = new PageRequest(
            new Pasid(cmd.trigger_iopf.pasid), cmd.trigger_iopf.grpid, cmd.trigger_iopf.perm, cmd.trigger_iopf.addr, IsLast: true);
        device.TryRequest(in request, out _); // where nobody takes it, it is answered already
        return Errno.Success;
    }

    /// <summary>TRIGGER_VEVENT: an event that names the device by its number in the vIOMMU.</summary>
    public static Errno SendEvent(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why) =>
        call.Context.SendMockEvent(new ObjectId(cmd.operand), ref why);
}
