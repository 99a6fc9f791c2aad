using Ioasis.Abi.Mock;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Mock;

/// <summary>
/// A nested table of the mock IOMMU: its stage 1 lets every address through as it is, and an IOTLB of four numbers stands for
/// what hardware remembers until it is told otherwise.
/// </summary>
public sealed class MockNestedTable : NestedPageTable
{
    private readonly uint[] _iotlb = new uint[MockFormat.IotlbEntries];

    internal MockNestedTable(HwPageTable parent, VirtualIommu? virtualIommu, Iommu iommu, uint iotlb)
        : base(parent, virtualIommu, iommu) => _iotlb.AsSpan().Fill(iotlb);

    /// <summary>What the IOTLB holds. The context's lock is held.</summary>
    internal ReadOnlySpan<uint> Iotlb => _iotlb;

    internal override Errno Invalidate(in InvalidationArray requests, out uint done, ref Reason why)
    {
        const iommu_test_invalidate_flags Known = iommu_test_invalidate_flags.IOMMU_TEST_INVALIDATE_FLAG_ALL;
        done = 0;
        if (requests.Type != MockFormat.InvalidationData)
            return why.Because(ReasonCode.UserDataTypeWrong, requests.Type, MockFormat.InvalidationData);
        for (; done < requests.Count; done++)
        {
            Errno errno = requests.Take(
                done, MockFormat.InvalidationData, iommu_hwpt_invalidate_selftest.MinimumSize, out iommu_hwpt_invalidate_selftest one, ref why);
            if (errno.Failed)
                return errno;
            if ((one.flags & ~Known) != 0)
                return why.Because(ReasonCode.UnknownFlags, (ulong)one.flags, (ulong)Known);
            if (one.iotlb_id >= MockFormat.IotlbEntries)
                return why.Because(ReasonCode.MockEntryUnknown, one.iotlb_id, MockFormat.IotlbEntries - 1);
            if ((one.flags & iommu_test_invalidate_flags.IOMMU_TEST_INVALIDATE_FLAG_ALL) != 0)
                Array.Clear(_iotlb);
            else
                _iotlb[one.iotlb_id] = 0;
        }

        return Errno.Success;
    }
}
