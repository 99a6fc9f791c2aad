using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Queues;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Queues;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on vIOMMUs: allocate one, its vDevices, its event queues, its hardware queues.</summary>
internal static class VirtualCalls
{
    /// <summary>The most events that a queue can be told to hold.</summary>
    private const uint DeepestQueue = 1 << 19;

    public static Errno AllocateIommu(ref IoctlCall call, ref Reason why)
    {
        ref iommu_viommu_alloc cmd = ref call.As<iommu_viommu_alloc>();
        if (cmd.flags != 0)
            return why.Because(ReasonCode.UnknownFlags, cmd.flags, 0);
        if (cmd.type == iommu_viommu_type.IOMMU_VIOMMU_TYPE_DEFAULT)
            return why.Because(ReasonCode.VirtualIommuTypeUnknown, (ulong)cmd.type, name: IommufdFile.DevicePath);

        Span<byte> bytes = stackalloc byte[UserData.Most];
        bytes = call.ReadUserData(cmd.data_uptr, cmd.data_len, bytes);
        var data = new UserData((uint)cmd.type, cmd.data_uptr, cmd.data_len, bytes);
        Errno errno = call.Context.AllocateVirtualIommu(
            new ObjectId(cmd.dev_id), new ObjectId(cmd.hwpt_id), (uint)cmd.type, in data, out VirtualIommu? made, ref why);
        if (errno.Failed)
            return errno;
        call.Created = made;
        if (made!.Window is { } window)
            Show(window, call.Pages);
        ReadOnlySpan<byte> answer = made.Answer.Span;
        errno = call.CopyOut(cmd.data_uptr, answer[..(int)Math.Min((uint)answer.Length, cmd.data_len)], ref why);
        if (errno.Failed)
            return errno;
        cmd.out_viommu_id = made.Id.Value;
        return call.Respond(ref why);
    }

    public static Errno AllocateDevice(ref IoctlCall call, ref Reason why)
    {
        ref iommu_vdevice_alloc cmd = ref call.As<iommu_vdevice_alloc>();
        Errno errno = call.Context.AllocateVirtualDevice(
            new ObjectId(cmd.viommu_id), new ObjectId(cmd.dev_id), cmd.virt_id, out VirtualDevice? made, ref why);
        if (errno.Failed)
            return errno;
        call.Created = made;
        cmd.out_vdevice_id = made!.Id.Value;
        return call.Respond(ref why);
    }

    public static Errno AllocateEventQueue(ref IoctlCall call, ref Reason why)
    {
        ref iommu_veventq_alloc cmd = ref call.As<iommu_veventq_alloc>();
        if (cmd.flags != 0)
            return why.Because(ReasonCode.UnknownFlags, cmd.flags, 0);
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        if (cmd.type == iommu_veventq_type.IOMMU_VEVENTQ_TYPE_DEFAULT)
            return why.Because(ReasonCode.QueueTypeUnknown, (ulong)cmd.type);
        if (cmd.veventq_depth is 0 or > DeepestQueue)
            return why.Because(ReasonCode.EventQueueDepthInvalid, cmd.veventq_depth, DeepestQueue);
        Errno errno = call.Context.AllocateEventQueue(
            new ObjectId(cmd.viommu_id), (uint)cmd.type, cmd.veventq_depth, out EventQueue? made, ref why);
        if (errno.Failed)
            return errno;
        call.Created = made;
        errno = call.CreateFile(new EventQueueFile(made!), out int number, ref why);
        if (errno.Failed)
            return errno;
        cmd.out_veventq_id = made!.Id.Value;
        cmd.out_veventq_fd = (uint)number;
        return call.Respond(ref why);
    }

    public static Errno AllocateHardwareQueue(ref IoctlCall call, ref Reason why)
    {
        ref iommu_hw_queue_alloc cmd = ref call.As<iommu_hw_queue_alloc>();
        if (cmd.flags != 0)
            return why.Because(ReasonCode.UnknownFlags, cmd.flags, 0);
        if (cmd.type == iommu_hw_queue_type.IOMMU_HW_QUEUE_TYPE_DEFAULT)
            return why.Because(ReasonCode.QueueTypeUnknown, (ulong)cmd.type);
        if (cmd.length == 0)
            return why.Because(ReasonCode.LengthZero);
        if (cmd.nesting_parent_iova + (cmd.length - 1) < cmd.nesting_parent_iova)
            return why.Because(ReasonCode.RangeWraps, cmd.nesting_parent_iova, cmd.length);
        Errno errno = call.Context.AllocateHardwareQueue(
            new ObjectId(cmd.viommu_id), (uint)cmd.type, cmd.index, new Iova(cmd.nesting_parent_iova), cmd.length, out HardwareQueue? made, ref why);
        if (errno.Failed)
            return errno;
        call.Created = made;
        cmd.out_hw_queue_id = made!.Id.Value;
        return call.Respond(ref why);
    }

    /// <summary>Puts what a window shows at first where clients will see it.</summary>
    private static unsafe void Show(FileWindow window, IFilePages? pages)
    {
        byte* bytes = pages is null ? null : pages.Map(window.Offset, window.Length);
        if (bytes is null)
            return;
        new Span<byte>(bytes, (int)window.Length).Clear(); // an earlier window may have been here
        Unsafe.WriteUnaligned(bytes, window.FirstWord);
        window.IsMapped = () => pages!.IsMapped(window.Offset, window.Length);
    }
}
