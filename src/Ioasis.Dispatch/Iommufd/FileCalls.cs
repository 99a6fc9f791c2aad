using Ioasis.Abi;
using Ioasis.Dispatch.Descriptors;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on mappings of files and dma-bufs.</summary>
internal static class FileCalls
{
    public static Errno Map(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_map_file cmd = ref call.As<iommu_ioas_map_file>();
        if ((cmd.flags & ~SpaceCalls.KnownFlags) != 0)
            return why.Because(ReasonCode.UnknownFlags, (uint)cmd.flags, (uint)SpaceCalls.KnownFlags);
        if (cmd.iova == ulong.MaxValue || cmd.length == ulong.MaxValue)
            return why.Because(ReasonCode.AddressTooLarge, cmd.iova, cmd.length);
        AreaAccess access = SpaceCalls.AccessOf(cmd.flags);
        if (access == AreaAccess.None)
            return why.Because(ReasonCode.NoAccessFlag, (uint)cmd.flags);
        Errno errno = call.Context.CheckSpace(new ObjectId(cmd.ioas_id), ref why);
        if (errno.Failed)
            return errno;
        if (cmd.length == 0)
            return why.Because(ReasonCode.LengthZero);
        if (cmd.start + (cmd.length - 1) < cmd.start)
            return why.Because(ReasonCode.RangeWraps, cmd.start, cmd.length);
        errno = Take(ref call, cmd.fd, new AddressRange(cmd.start, cmd.start + (cmd.length - 1)), out ClientMemory? memory, ref why);
        if (errno.Failed)
            return errno;

        errno = call.Context.MapFile(
            new ObjectId(cmd.ioas_id), memory!, cmd.start, cmd.length, SpaceCalls.FixedIova(cmd.flags, cmd.iova), access,
            call.Caller.Has(Capability.IpcLock), out Iova placed, ref why);
        if (errno.Failed)
            return errno;
        cmd.iova = placed.Value;
        return call.Respond(ref why);
    }

    public static Errno ChangeProcess(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_change_process cmd = ref call.As<iommu_ioas_change_process>();
        return cmd.__reserved == 0
            ? call.Context.ChangeProcess(call.Caller.Memory.Owner, ref why)
            : why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
    }

    /// <summary>Linux tells it for VFIO's devices without an IOMMU, which no machine here has: there is never an address to tell.</summary>
    public static Errno FindPhysical(ref IoctlCall call, ref Reason why)
    {
        ref iommu_ioas_noiommu_get_pa cmd = ref call.As<iommu_ioas_noiommu_get_pa>();
        if (!call.Caller.Has(Capability.SysRawio))
            return why.Because(ReasonCode.PermissionNeeded, name: "CAP_SYS_RAWIO");
        if (cmd.flags != 0)
            return why.Because(ReasonCode.UnknownFlags, cmd.flags, 0);
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        if (cmd.length == 0)
            return why.Because(ReasonCode.LengthZero);
        return cmd.iova == ulong.MaxValue
            ? why.Because(ReasonCode.AddressTooLarge, cmd.iova, cmd.length)
            : call.Context.FindPhysical(new ObjectId(cmd.ioas_id), new Iova(cmd.iova), ref why);
    }

    private static Errno Take(ref IoctlCall call, int descriptor, AddressRange range, out ClientMemory? memory, ref Reason why)
    {
        memory = null;
        Errno errno = call.Caller.FindFile(descriptor, out DeviceFile? file, ref why);
        if (errno.Failed)
            return errno;
        PinOwner owner = call.Caller.Memory.Owner;
        switch (file)
        {
            case DmaBufFile buffer:
                memory = new DmaBufMemory(buffer.Buffer, owner);
                return Errno.Success;
            case not null:
                memory = ClientFile.OfNoMemory(owner);
                return Errno.Success;
            default:
                errno = call.Caller.TakeFile(descriptor, range, out FileMemory? taken, ref why);
                memory = taken;
                return errno;
        }
    }
}
