using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Mock;

/// <summary>Test calls on what is mapped, pinned and reserved.</summary>
internal static class MockMemoryCalls
{
    /// <summary>The least that SET_TEMP_MEMORY_LIMIT takes: what one entry of Linux's buffer needs.</summary>
    private const uint SmallestLimit = 12;

    /// <summary>ADD_RESERVED.</summary>
    public static Errno AddReserved(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why) =>
        call.Context.AddReserved(new ObjectId(cmd.id), new Iova(cmd.add_reserved.start), cmd.add_reserved.length, ref why);

    /// <summary>MD_CHECK_MAP.</summary>
    public static Errno CheckMap(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why) =>
        call.Context.CheckMockMap(
            new ObjectId(cmd.id), new Iova(cmd.check_map.iova), cmd.check_map.length, call.Caller.Memory,
            new HostAddress(cmd.check_map.uptr), ref why);

    /// <summary>MD_CHECK_REFS.</summary>
    public static Errno CheckPins(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why) =>
        call.Context.CheckMockPins(
            call.Caller.Memory, new HostAddress(cmd.check_refs.uptr), cmd.check_refs.length, cmd.check_refs.refs, ref why);

    /// <summary>
    /// With the flag for fuzzers the source of a copy is the number of an area, and in the upper half an offset in it: makes it an
    /// IOVA, and takes the flag out. Without such an area, or an IOAS, the IOVA is 0.
    /// </summary>
    public static void PlaceCopy(ref IoctlCall call, ref iommu_ioas_copy cmd)
    {
        const iommufd_ioas_map_flags Fuzzer = (iommufd_ioas_map_flags)mock_access_flags.MOCK_FLAGS_ACCESS_SYZ;
        if ((cmd.flags & Fuzzer) == 0)
            return;
        cmd.src_iova = call.Context.PlaceOfArea(new ObjectId(cmd.src_ioas_id), (uint)cmd.src_iova, (uint)(cmd.src_iova >> 32)).Value;
        cmd.flags &= ~Fuzzer;
    }

    /// <summary>SET_TEMP_MEMORY_LIMIT: there is no such buffer here, so any good limit makes no difference.</summary>
    public static Errno SetLimit(ref iommu_test_cmd cmd, ref Reason why) =>
        cmd.operand < SmallestLimit ? why.Because(ReasonCode.MockLimitTooSmall, cmd.operand, SmallestLimit) : Errno.Success;
}
