using System.Buffers;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on HWPTs: allocate, invalidate.</summary>
internal static class TableCalls
{
    /// <summary>Most entries that one invalidation may have, and most bytes an entry.</summary>
    private const uint MostEntries = 1 << 19, LongestEntry = 4096;

    public static Errno Allocate(ref IoctlCall call, ref Reason why)
    {
        ref iommu_hwpt_alloc cmd = ref call.As<iommu_hwpt_alloc>();
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        bool hasType = cmd.data_type != iommu_hwpt_data_type.IOMMU_HWPT_DATA_NONE;
        if (hasType != (cmd.data_len != 0))
            return why.Because(ReasonCode.HwptDataMismatch, (ulong)cmd.data_type, cmd.data_len);

        Span<byte> bytes = stackalloc byte[UserData.Most];
        bytes = call.ReadUserData(cmd.data_uptr, cmd.data_len, bytes);
        var data = new UserData((uint)cmd.data_type, cmd.data_uptr, cmd.data_len, bytes);
        Errno errno = call.Context.AllocateTable(
            new ObjectId(cmd.dev_id), new ObjectId(cmd.pt_id), cmd.flags, new ObjectId(cmd.fault_id), in data, out PageTable? made, ref why);
        if (errno.Failed)
            return errno;
        call.Created = made;
        cmd.out_hwpt_id = made!.Id.Value;
        return call.Respond(ref why);
    }

    public static Errno Invalidate(ref IoctlCall call, ref Reason why)
    {
        ref iommu_hwpt_invalidate cmd = ref call.As<iommu_hwpt_invalidate>();
        Errno errno = Invalidate(ref call, in cmd, out uint done, ref why);
        cmd.entry_num = done;
        Errno answered = call.Respond(ref why);
        return answered.Failed ? answered : errno;
    }

    private static Errno Invalidate(ref IoctlCall call, in iommu_hwpt_invalidate cmd, out uint done, ref Reason why)
    {
        done = 0;
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        if (cmd.entry_num != 0 && (cmd.data_uptr == 0 || cmd.entry_len is 0 or > LongestEntry || cmd.entry_num > MostEntries))
            return why.Because(ReasonCode.InvalidationListInvalid, cmd.entry_num, cmd.entry_len, cmd.data_uptr);

        int length = (int)Math.Min((ulong)cmd.entry_num * cmd.entry_len, InvalidationArray.MostBytes);
        byte[]? rented = length > 512 ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> bytes = rented is null ? stackalloc byte[512] : rented;
        bytes = bytes[..call.Caller.Memory.Read(new HostAddress(cmd.data_uptr), bytes[..length])];
        var requests = new InvalidationArray((uint)cmd.data_type, cmd.data_uptr, cmd.entry_len, cmd.entry_num, bytes);
        Errno errno = call.Context.Invalidate(new ObjectId(cmd.hwpt_id), in requests, out done, ref why);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return errno;
    }
}
