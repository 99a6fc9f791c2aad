using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Mock;

/// <summary>The test call that marks pages as written, in place of a device.</summary>
internal static class MockDirtyCalls
{
    /// <summary>Bits that one call takes at most.</summary>
    private const ulong MostPages = 16ul << 20 << 3;

    private const int Chunk = 4096;

    /// <summary>DIRTY.</summary>
    public static Errno Mark(ref IoctlCall call, ref iommu_test_cmd cmd, ref Reason why)
    {
        iommu_test_dirty part = cmd.dirty;
        if (part.page_size == 0 || part.length == 0 || part.uptr == 0 || part.iova % part.page_size != 0 || part.length % part.page_size != 0)
            return why.Because(ReasonCode.MockDirtyInvalid, part.iova, part.length, part.page_size);
        ulong pages = part.length / part.page_size;
        if (pages > MostPages)
            return why.Because(ReasonCode.MockDirtyTooLong, pages, MostPages);
        ObjectId table = new(cmd.id);
        Errno errno = call.Context.CheckMockTracking(table, ref why);
        if (errno.Failed)
            return errno;

        ulong marked = 0;
        Span<byte> bits = stackalloc byte[Chunk];
        for (ulong done = 0; done < pages; done += Chunk * 8)
        {
            ulong here = Math.Min(Chunk * 8, pages - done);
            Span<byte> some = bits[..(int)((here + 7) / 8)];
            if (call.Caller.Memory.Read(new HostAddress(part.uptr + done / 8), some) != some.Length)
                return why.Because(ReasonCode.ArgumentUnreadable, part.uptr + done / 8, (ulong)some.Length);
            if (here % 8 != 0)
                some[^1] &= (byte)((1 << (int)(here % 8)) - 1);
            marked += (ulong)call.Context.MarkMockDirty(table, new Iova(part.iova + done * part.page_size), part.page_size, some);
        }

        cmd.dirty.out_nr_dirty = marked;
        return call.Respond(ref why);
    }
}
