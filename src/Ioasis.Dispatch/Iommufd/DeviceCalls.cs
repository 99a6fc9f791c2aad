using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on bound devices and the page tables made for them.</summary>
internal static class DeviceCalls
{
    public static Errno AllocateTable(ref IoctlCall call, ref Reason why)
    {
        ref iommu_hwpt_alloc cmd = ref call.As<iommu_hwpt_alloc>();
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        bool hasType = cmd.data_type != iommu_hwpt_data_type.IOMMU_HWPT_DATA_NONE;
        if (hasType != (cmd.data_len != 0))
            return why.Because(ReasonCode.HwptDataMismatch, (ulong)cmd.data_type, cmd.data_len);

        Errno errno = call.Context.AllocateTable(
            new ObjectId(cmd.dev_id), new ObjectId(cmd.pt_id), cmd.flags, cmd.data_type,
            out HwPageTable? made, ref why);
        if (errno.Failed)
            return errno;
        call.Created = made;
        cmd.out_hwpt_id = made!.Id.Value;
        return call.Respond(ref why);
    }

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
        if (cmd.in_data_type != 0 && cmd.in_data_type != iommu.InfoType)
            return why.Because(ReasonCode.HardwareInfoTypeUnknown, (ulong)cmd.in_data_type, name: iommu.Name);
        errno = WriteInfo(ref call, cmd.data_uptr, cmd.data_len, iommu.Info.Span, ref why);
        if (errno.Failed)
            return errno;
        cmd.data_len = (uint)iommu.Info.Length;
        cmd.out_data_type = iommu.InfoType;
        cmd.out_max_pasid_log2 = 0;
        cmd.out_capabilities = iommufd_hw_capabilities.IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED;
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
