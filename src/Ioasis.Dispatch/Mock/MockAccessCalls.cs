using System.Buffers;
using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Dispatch.Mock;

/// <summary>Test calls that stand for software in the kernel which uses an IOAS: accesses, known by a descriptor.</summary>
internal static class MockAccessCalls
{
    /// <summary>Bytes that one call pins or copies at most.</summary>
    private const ulong Most = 16 << 20;

    /// <summary>CREATE_ACCESS.</summary>
    public static Errno Create(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        const mock_access_flags Known = mock_access_flags.MOCK_FLAGS_ACCESS_WRITE; // the same bit means "it pins pages" here
        if ((cmd.create_access.flags & ~Known) != 0)
            return why.Because(ReasonCode.UnknownFlags, (ulong)cmd.create_access.flags, (ulong)Known);
        Errno errno = call.Context.CreateAccess(
            new ObjectId(cmd.id), (cmd.create_access.flags & mock_access_flags.MOCK_FLAGS_ACCESS_WRITE) != 0,
            static (access, range) => access.UnpinMeeting(range), out Access? made, ref why);
        if (errno.Failed)
            return errno;
        errno = call.CreateFile(new AccessFile(made!), out int number, ref why);
        if (errno.Failed)
            return errno;
        cmd.create_access.out_access_fd = (uint)number;
        return call.Respond(ref why);
    }

    /// <summary>ACCESS_REPLACE_IOAS.</summary>
    public static Errno Replace(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = Find(ref call, cmd.id, out Access access, ref why);
        return errno.Failed ? errno : access.Replace(new ObjectId(cmd.operand), ref why);
    }

    /// <summary>ACCESS_PAGES.</summary>
    public static Errno Pin(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        const mock_access_flags Known = mock_access_flags.MOCK_FLAGS_ACCESS_WRITE | mock_access_flags.MOCK_FLAGS_ACCESS_SYZ;
        ref iommu_test_access_pages part = ref cmd.access_pages;
        if (part.length > Most)
            return why.Because(ReasonCode.MockLengthTooLarge, part.length, Most);
        if ((part.flags & ~Known) != 0)
            return why.Because(ReasonCode.UnknownFlags, (ulong)part.flags, (ulong)Known);
        Errno errno = Find(ref call, cmd.id, out Access access, ref why);
        if (errno.Failed)
            return errno;
        if (!access.PinsPages)
            return why.Because(ReasonCode.MockAccessPinsNot, cmd.id);

        errno = FailurePoint.Allocate("list of an access's pages", ref why);
        if (errno.Failed)
            return errno;
        Iova iova = Place(access, part.flags, part.iova);
        List<MemoryRun> pages = [];
        bool write = (part.flags & mock_access_flags.MOCK_FLAGS_ACCESS_WRITE) != 0;
        errno = access.Pin(iova, part.length, write, out uint pin, pages, ref why);
        if (errno.Failed)
            return errno;
        if (part.uptr != 0)
            errno = Compare(call.Caller.Memory, part.uptr, iova, pages, ref why);
        if (errno.Succeeded)
        {
            part.out_access_pages_id = pin;
            errno = call.Respond(ref why);
        }

        if (errno.Failed)
            access.TakeBack(pin);
        return errno;
    }

    /// <summary>DESTROY_ACCESS_PAGES.</summary>
    public static Errno Unpin(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        Errno errno = Find(ref call, cmd.id, out Access access, ref why);
        return errno.Failed ? errno : access.Unpin(cmd.operand, ref why);
    }

    /// <summary>ACCESS_RW.</summary>
    public static Errno Transfer(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        const mock_access_flags Known =
            mock_access_flags.MOCK_FLAGS_ACCESS_WRITE | mock_access_flags.MOCK_ACCESS_RW_SLOW_PATH | mock_access_flags.MOCK_FLAGS_ACCESS_SYZ;
        ref iommu_test_access_rw part = ref cmd.access_rw;
        if (part.length > Most)
            return why.Because(ReasonCode.MockLengthTooLarge, part.length, Most);
        if ((part.flags & ~Known) != 0)
            return why.Because(ReasonCode.UnknownFlags, (ulong)part.flags, (ulong)Known);
        Errno errno = Find(ref call, cmd.id, out Access access, ref why);
        if (errno.Failed)
            return errno;

        errno = FailurePoint.Allocate("buffer of a copy", ref why);
        if (errno.Failed)
            return errno;
        byte[] rented = ArrayPool<byte>.Shared.Rent((int)part.length);
        Span<byte> bytes = rented.AsSpan(0, (int)part.length);
        Iova iova = Place(access, part.flags, part.iova);
        errno = (part.flags & mock_access_flags.MOCK_FLAGS_ACCESS_WRITE) != 0
            ? Write(ref call, access, iova, part.uptr, bytes, ref why)
            : Read(ref call, access, iova, part.uptr, bytes, ref why);
        ArrayPool<byte>.Shared.Return(rented);
        return errno;
    }

    private static Errno Read(ref IoctlCall call, Access access, Iova iova, ulong address, Span<byte> bytes, ref Reason why)
    {
        Errno errno = access.Read(iova, bytes, ref why);
        return errno.Failed ? errno : call.CopyOut(address, bytes, ref why);
    }

    private static Errno Write(ref IoctlCall call, Access access, Iova iova, ulong address, Span<byte> bytes, ref Reason why) =>
        call.Caller.Memory.Read(new HostAddress(address), bytes) == bytes.Length
            ? access.Write(iova, bytes, ref why)
            : why.Because(ReasonCode.ArgumentUnreadable, address, (ulong)bytes.Length);

    /// <summary>Whether the pages that were pinned are those of an address of the caller.</summary>
    private static Errno Compare(ClientMemory memory, ulong address, Iova iova, List<MemoryRun> pages, ref Reason why)
    {
        ulong at = address;
        foreach (MemoryRun page in pages)
        {
            for (ulong done = 0; done < page.Length;)
            {
                if (!memory.TryIdentify(new HostAddress(at), page.Length - done, out MemoryRun run))
                    return why.Because(ReasonCode.MemoryNotMapped, at, address, at);
                if (!run.IsBeside(in page) || run.First != page.First + done)
                    return why.Because(ReasonCode.MockPagesDiffer, iova.Value + (at - address), at);
                done += run.Length;
                at += run.Length;
            }
        }

        return Errno.Success;
    }

    /// <summary>An IOVA, or with the flag for fuzzers: the number of an area, and in the upper half an offset in it.</summary>
    private static Iova Place(Access access, mock_access_flags flags, ulong iova) =>
        (flags & mock_access_flags.MOCK_FLAGS_ACCESS_SYZ) == 0 ? new Iova(iova) : access.PlaceOf((uint)iova, (uint)(iova >> 32));

    private static Errno Find(ref IoctlCall call, uint descriptor, out Access access, ref Reason why)
    {
        access = null!;
        if (call.Caller.FindFile((int)descriptor, out DeviceFile? file, ref why).Failed || file is not AccessFile found)
            return why.Because(ReasonCode.NotAnAccess, descriptor);
        access = found.Access;
        return Errno.Success;
    }
}
