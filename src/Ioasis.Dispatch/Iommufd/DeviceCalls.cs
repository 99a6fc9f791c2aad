using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on bound devices.</summary>
internal static class DeviceCalls
{
    public static Errno HardwareInfo(ref IoctlCall call, ref Reason why)
    {
        const iommufd_hw_info_flags KnownFlags = iommufd_hw_info_flags.IOMMU_HW_INFO_FLAG_INPUT_TYPE;
        ref iommu_hw_info cmd = ref call.As<iommu_hw_info>();
        if ((cmd.flags & ~KnownFlags) != 0)
            return why.Because(ReasonCode.UnknownFlags, (ulong)cmd.flags, (ulong)KnownFlags);
        if (cmd.__reserved[0] != 0 || cmd.__reserved[1] != 0 || cmd.__reserved[2] != 0)
            return why.Because(ReasonCode.ReservedNotZero, 1, name: nameof(cmd.__reserved));
        if (cmd.flags == 0)
            cmd.in_data_type = 0;
        Errno errno = call.Context.FindDevice(new ObjectId(cmd.dev_id), out PhysicalDevice? device, ref why);
        if (errno.Failed)
            return errno;

        Iommu iommu = device!.Iommu;
        errno = iommu.FindInfo(cmd.in_data_type, ref why);
        if (errno.Failed)
            return errno;
        errno = WriteInfo(ref call, cmd.data_uptr, cmd.data_len, iommu.Info.Span, ref why);
        if (errno.Failed)
            return errno;
        cmd.data_len = (uint)iommu.Info.Length;
        cmd.out_data_type = iommu.InfoType;
        cmd.out_max_pasid_log2 = (byte)device.PasidBits;
        cmd.out_capabilities = iommufd_hw_capabilities.IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED;
        if (iommu.CanTrackDirty(device))
            cmd.out_capabilities |= iommufd_hw_capabilities.IOMMU_HW_CAP_DIRTY_TRACKING;
        return call.Respond(ref why);
    }

    /// <summary>Copies as much as there is room for, and zeroes the rest of the room.</summary>
    private static Errno WriteInfo(ref IoctlCall call, ulong address, uint room, ReadOnlySpan<byte> info, ref Reason why)
    {
        int copied = (int)Math.Min(room, (uint)info.Length);
        Errno errno = call.CopyOut(address, info[..copied], ref why);
        Span<byte> zeros = stackalloc byte[256];
        zeros.Clear();
        for (uint at = (uint)copied; at < room && errno.Succeeded;)
        {
            Span<byte> part = zeros[..(int)Math.Min((uint)zeros.Length, room - at)];
            errno = call.CopyOut(address + at, part, ref why);
            at += (uint)part.Length;
        }

        return errno;
    }
}
