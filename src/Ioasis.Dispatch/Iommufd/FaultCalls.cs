using Ioasis.Abi;
using Ioasis.Dispatch.Queues;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>IOMMU_FAULT_QUEUE_ALLOC.</summary>
internal static class FaultCalls
{
    public static Errno Allocate(ref IoctlCall call, ref Reason why)
    {
        ref iommu_fault_alloc cmd = ref call.As<iommu_fault_alloc>();
        if (cmd.flags != 0)
            return why.Because(ReasonCode.UnknownFlags, cmd.flags, 0);
        Errno errno = FailurePoint.Allocate("fault queue", ref why);
        if (errno.Failed)
            return errno;
        FaultQueue queue = call.Context.AllocateFaultQueue();
        call.Created = queue;
        errno = call.CreateFile(new FaultQueueFile(queue), out int number, ref why);
        if (errno.Failed)
            return errno;
        cmd.out_fault_id = queue.Id.Value;
        cmd.out_fault_fd = (uint)number;
        return call.Respond(ref why);
    }
}
