using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Mock;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using static Ioasis.Abi.iommufd_ioas_map_flags;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on address spaces: allocate, map, copy, unmap, and the one that legacy VFIO uses.</summary>
internal static class SpaceCalls
{
    public const iommufd_ioas_map_flags KnownFlags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE;

    public static Errno Allocate(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_alloc cmd = ref call.As<iommu_ioas_alloc>();
        if (cmd.flags != 0)
            return why.Because(ReasonCode.UnknownFlags, cmd.flags, 0);
        Errno errno = FailurePoint.Allocate("IOAS", ref why);
        if (errno.Failed)
            return errno;
        Ioas made = call.Context.AllocateSpace();
        call.Created = made;
        cmd.out_ioas_id = made.Id.Value;
        return call.Respond(ref why);
    }

    public static Errno Map(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_map cmd = ref call.As<iommu_ioas_map>();
        if ((cmd.flags & ~KnownFlags) != 0)
            return why.Because(ReasonCode.UnknownFlags, (uint)cmd.flags, (uint)KnownFlags);
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        if (cmd.iova == ulong.MaxValue || cmd.length == ulong.MaxValue)
            return why.Because(ReasonCode.AddressTooLarge, cmd.iova, cmd.length);
        AreaAccess access = AccessOf(cmd.flags);
        if (access == AreaAccess.None)
            return why.Because(ReasonCode.NoAccessFlag, (uint)cmd.flags);

        Errno errno = call.Context.Map(
            new ObjectId(cmd.ioas_id), call.Caller.Memory, new HostAddress(cmd.user_va), cmd.length, FixedIova(cmd.flags, cmd.iova), access,
            call.Caller.Has(Capability.IpcLock), out Iova placed, ref why);
        if (errno.Failed)
            return errno;
        cmd.iova = placed.Value;
        return call.Respond(ref why);
    }

    public static Errno Copy(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_copy cmd = ref call.As<iommu_ioas_copy>();
        if (call.Mock is not null)
            MockMemoryCalls.PlaceCopy(ref call, ref cmd);
        if ((cmd.flags & ~KnownFlags) != 0)
            return why.Because(ReasonCode.UnknownFlags, (uint)cmd.flags, (uint)KnownFlags);
        if (cmd.length == ulong.MaxValue || cmd.src_iova == ulong.MaxValue || cmd.dst_iova == ulong.MaxValue)
            return why.Because(ReasonCode.AddressTooLarge, cmd.src_iova == ulong.MaxValue ? cmd.src_iova : cmd.dst_iova, cmd.length);
        AreaAccess access = AccessOf(cmd.flags);
        if (access == AreaAccess.None)
            return why.Because(ReasonCode.NoAccessFlag, (uint)cmd.flags);

        Errno errno = call.Context.Copy(
            new ObjectId(cmd.src_ioas_id), new Iova(cmd.src_iova), cmd.length, new ObjectId(cmd.dst_ioas_id),
            FixedIova(cmd.flags, cmd.dst_iova), access, out Iova placed, ref why);
        if (errno.Failed)
            return errno;
        cmd.dst_iova = placed.Value;
        return call.Respond(ref why);
    }

    public static Errno Unmap(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_unmap cmd = ref call.As<iommu_ioas_unmap>();
        Errno errno = call.Context.Unmap(new ObjectId(cmd.ioas_id), new Iova(cmd.iova), cmd.length, out ulong unmapped, ref why);
        if (errno.Failed)
            return errno;
        cmd.length = unmapped;
        return call.Respond(ref why);
    }

    public static Errno Legacy(ref IoctlCall call, ref Reason why)
    {
        ref iommu_vfio_ioas cmd = ref call.As<iommu_vfio_ioas>();
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        switch (cmd.op)
        {
            case iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_GET:
                Errno errno = call.Context.GetLegacySpace(out ObjectId space, ref why);
                if (errno.Failed)
                    return errno;
                cmd.ioas_id = space.Value;
                return call.Respond(ref why);
            case iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_SET:
                return call.Context.SetLegacySpace(new ObjectId(cmd.ioas_id), ref why);
            case iommufd_vfio_ioas_op.IOMMU_VFIO_IOAS_CLEAR:
                return call.Context.SetLegacySpace(null, ref why);
            default:
                return why.Because(ReasonCode.LegacyOperationUnknown, (ulong)cmd.op);
        }
    }

    public static Iova? FixedIova(iommufd_ioas_map_flags flags, ulong iova) =>
        (flags & IOMMU_IOAS_MAP_FIXED_IOVA) != 0 ? new Iova(iova) : null;

    public static AreaAccess AccessOf(iommufd_ioas_map_flags flags) =>
        ((flags & IOMMU_IOAS_MAP_READABLE) != 0 ? AreaAccess.Read : AreaAccess.None)
        | ((flags & IOMMU_IOAS_MAP_WRITEABLE) != 0 ? AreaAccess.Write : AreaAccess.None);
}
