using System.Runtime.InteropServices;
using Ioasis.Abi.Mock;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Mock;

/// <summary>A vIOMMU of the mock IOMMU: it gives back the number that it was made with, and invalidates its devices' caches.</summary>
public sealed class MockVirtualIommu : VirtualIommu
{
    /// <summary>Pages that it shows to be mapped.</summary>
    private const ulong WindowPages = 2;

    private readonly HardwareQueue?[] _queues = new HardwareQueue?[MockFormat.HardwareQueues];

    /// <param name="parent">The stage 2.</param>
    /// <param name="iommu">The physical IOMMU.</param>
    /// <param name="number">The number that it tells, in the answer and in the window; null when the client did not ask.</param>
    internal MockVirtualIommu(HwPageTable parent, Iommu iommu, uint? number)
        : base(parent, iommu, MockFormat.VirtualType)
    {
        if (number is not { } told)
            return;
        Window = Context.Windows.Add(WindowPages * SystemPage.Size, told);
        iommu_viommu_selftest answer = new()
        {
            in_data = told, out_data = told, out_mmap_offset = Window.Offset, out_mmap_length = Window.Length,
        };
        Answer = MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_viommu_selftest>(in answer)).ToArray();
    }

    internal override Errno CheckQueueType(uint type, ref Reason why) =>
        type == MockFormat.HardwareQueueType ? Errno.Success : base.CheckQueueType(type, ref why);

    /// <summary>Its queues come one after the other, and go in the reverse order.</summary>
    internal override Errno Enter(HardwareQueue queue, ref Reason why)
    {
        if (queue.Index >= MockFormat.HardwareQueues)
            return why.Because(ReasonCode.QueueIndexUnknown, queue.Index, MockFormat.HardwareQueues - 1);
        if (_queues[queue.Index] is { } other)
            return why.Because(ReasonCode.QueueIndexTaken, queue.Index, other.Id.Value);
        HardwareQueue? before = queue.Index == 0 ? null : _queues[queue.Index - 1];
        if (queue.Index != 0 && before is null)
            return why.Because(ReasonCode.QueueBeforeMissing, queue.Index, queue.Index - 1);
        queue.Before = before;
        if (before is not null)
            before.Users++;
        _queues[queue.Index] = queue;
        return Errno.Success;
    }

    internal override void Leave(HardwareQueue queue)
    {
        if (queue.Index >= MockFormat.HardwareQueues || _queues[queue.Index] != queue)
            return;
        _queues[queue.Index] = null;
        if (queue.Before is { } before)
            before.Users--;
    }

    internal override Errno Invalidate(in InvalidationArray requests, out uint done, ref Reason why)
    {
        const iommu_test_invalidate_flags Known = iommu_test_invalidate_flags.IOMMU_TEST_INVALIDATE_FLAG_ALL;
        done = 0;
        if (requests.Type != MockFormat.InvalidationData)
            return why.Because(ReasonCode.UserDataTypeWrong, requests.Type, MockFormat.InvalidationData);
        Errno errno = requests.CheckAll<iommu_viommu_invalidate_selftest>(ref why);
        if (errno.Failed)
            return errno;
        for (; done < requests.Count; done++)
        {
            iommu_viommu_invalidate_selftest one = requests.At<iommu_viommu_invalidate_selftest>(done);
            if ((one.flags & ~Known) != 0)
                return why.Because(ReasonCode.UnknownFlags, (ulong)one.flags, (ulong)Known);
            if (one.cache_id >= MockFormat.CacheEntries)
                return why.Because(ReasonCode.MockEntryUnknown, one.cache_id, MockFormat.CacheEntries - 1);
            if (FindDevice(one.vdev_id) is not { } device)
                return why.Because(ReasonCode.VirtualIdUnknown, one.vdev_id, Id.Value);
            Span<uint> cache = MockDeviceState.Of(device).Cache;
            if ((one.flags & iommu_test_invalidate_flags.IOMMU_TEST_INVALIDATE_FLAG_ALL) != 0)
                cache.Clear();
            else
                cache[(int)one.cache_id] = 0;
        }

        return Errno.Success;
    }
}
