using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>IOMMU_OPTION: the accounting mode of the context, huge pages of an IOAS.</summary>
internal static class OptionCalls
{
    public static Errno Option(ref IoctlCall call, ref Reason why)
    {
        ref iommu_option cmd = ref call.As<iommu_option>();
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        Errno errno = cmd.option_id switch
        {
            iommufd_option.IOMMU_OPTION_RLIMIT_MODE => AccountingMode(ref call, ref cmd, ref why),
            iommufd_option.IOMMU_OPTION_HUGE_PAGES => HugePages(ref call, ref cmd, ref why),
            _ => why.Because(ReasonCode.OptionUnknown, (ulong)cmd.option_id),
        };
        if (errno.Failed)
            return errno;
        return call.Respond(iommu_option.MinimumSize, iommu_option.MinimumSize - sizeof(ulong), ref why); // val64 only, as Linux does
    }

    private static Errno AccountingMode(ref IoctlCall call, ref iommu_option cmd, ref Reason why)
    {
        if (cmd.object_id != 0)
            return why.Because(ReasonCode.OptionObjectNotZero, cmd.object_id);
        switch (cmd.op)
        {
            case iommufd_option_ops.IOMMU_OPTION_OP_GET:
                cmd.val64 = call.Context.AccountingMode;
                return Errno.Success;
            case iommufd_option_ops.IOMMU_OPTION_OP_SET:
                return call.Caller.Has(Capability.SysResource)
                    ? call.Context.SetAccountingMode(cmd.val64, ref why)
                    : why.Because(ReasonCode.PermissionNeeded, name: "CAP_SYS_RESOURCE");
            default:
                return why.Because(ReasonCode.OptionOperationUnknown, (ulong)cmd.op, (ulong)cmd.option_id);
        }
    }

    private static Errno HugePages(ref IoctlCall call, ref iommu_option cmd, ref Reason why)
    {
        ObjectId space = new(cmd.object_id);
        Errno errno = call.Context.CheckSpace(space, ref why);
        if (errno.Failed)
            return errno;
        switch (cmd.op)
        {
            case iommufd_option_ops.IOMMU_OPTION_OP_GET:
                errno = call.Context.GetHugePages(space, out ulong value, ref why);
                cmd.val64 = value;
                return errno;
            case iommufd_option_ops.IOMMU_OPTION_OP_SET:
                return call.Context.SetHugePages(space, cmd.val64, ref why);
            default:
                return why.Because(ReasonCode.OptionOperationUnknown, (ulong)cmd.op, (ulong)cmd.option_id);
        }
    }
}
