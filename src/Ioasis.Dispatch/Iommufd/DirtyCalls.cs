using System.Numerics;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on the dirty pages of a HWPT.</summary>
internal static class DirtyCalls
{
    /// <summary>Kept for the thread's next call: no call allocates.</summary>
    [ThreadStatic]
    private static DirtyWindow? t_window;

    [ThreadStatic]
    private static ulong[]? t_present;

    public static Errno SetTracking(ref IoctlCall call, ref Reason why)
    {
        const iommufd_hwpt_set_dirty_tracking_flags Known = iommufd_hwpt_set_dirty_tracking_flags.IOMMU_HWPT_DIRTY_TRACKING_ENABLE;
        ref iommu_hwpt_set_dirty_tracking cmd = ref call.As<iommu_hwpt_set_dirty_tracking>();
        return (cmd.flags & ~Known) != 0
            ? why.Because(ReasonCode.UnknownFlags, (ulong)cmd.flags, (ulong)Known)
            : call.Context.SetDirtyTracking(new ObjectId(cmd.hwpt_id), cmd.flags != 0, ref why);
    }

    /// <summary>
    /// Sets bits in the client's bitmap and clears none. As on Linux a bitmap that cannot be reached, and a range that is not mapped from
    /// some address on, is no error: those bits are lost, and not looked at.
    /// </summary>
    public static Errno GetBitmap(ref IoctlCall call, ref Reason why)
    {
        const iommufd_hwpt_get_dirty_bitmap_flags Known = iommufd_hwpt_get_dirty_bitmap_flags.IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR;
        ref iommu_hwpt_get_dirty_bitmap cmd = ref call.As<iommu_hwpt_get_dirty_bitmap>();
        if ((cmd.flags & ~Known) != 0)
            return why.Because(ReasonCode.UnknownFlags, (ulong)cmd.flags, (ulong)Known);
        if (cmd.__reserved != 0)
            return why.Because(ReasonCode.ReservedNotZero, cmd.__reserved, name: nameof(cmd.__reserved));
        ObjectId table = new(cmd.hwpt_id);
        Errno errno = call.Context.CheckDirtyRange(table, new Iova(cmd.iova), cmd.length, cmd.page_size, ref why);
        if (errno.Succeeded)
            errno = FailurePoint.Allocate("dirty bitmap", ref why);
        if (errno.Succeeded)
            errno = FailurePoint.Pin("pages of the caller's bitmap", ref why);
        if (errno.Failed)
            return errno;

        DirtyWindow window = t_window ??= new DirtyWindow();
        int shift = BitOperations.TrailingZeroCount(cmd.page_size); // of an odd size the lowest bit counts, as on Linux
        ulong last = cmd.iova + (cmd.length - 1), span = shift > 63 - 19 ? ulong.MaxValue : (ulong)DirtyWindow.Pages << shift;
        ulong data = cmd.data;
        for (ulong first = cmd.iova; errno.Succeeded;)
        {
            bool isLast = last - first < span;
            window.Open(first, isLast ? last : first + (span - 1), shift);
            errno = call.Context.ReadDirty(table, window, cmd.flags == 0, !isLast, ref why);
            if (errno.Succeeded)
                WriteBits(call.Caller.Memory, data, window);
            if (isLast || window.MeetsHole)
                break;
            first += span;
            data += DirtyWindow.Pages / 8;
        }

        return errno;
    }

    /// <summary>Adds bits to those that the client has there already.</summary>
    private static void WriteBits(ClientMemory memory, ulong data, DirtyWindow window)
    {
        Span<ulong> words = window.Dirty(out ulong offset);
        if (words.IsEmpty)
            return;
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(words).TrimEnd((byte)0); // the client's bitmap may end within a word
        HostAddress address = new(data + offset);
        if (!words.ContainsAnyExcept(ulong.MaxValue))
        {
            memory.Write(address, bytes); // whatever is there
            return;
        }

        Span<byte> present = MemoryMarshal.AsBytes((t_present ??= new ulong[DirtyWindow.Pages / 64 + 1]).AsSpan(0, words.Length))[..bytes.Length];
        int read = memory.Read(address, present);
        int whole = read / sizeof(ulong);
        Merge(t_present.AsSpan(0, whole), words[..whole]);
        for (int i = whole * sizeof(ulong); i < read; i++)
            present[i] |= bytes[i];
        memory.Write(address, present[..read]);
    }

    private static void Merge(Span<ulong> into, ReadOnlySpan<ulong> bits)
    {
        Span<Vector<ulong>> wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(into);
        ReadOnlySpan<Vector<ulong>> others = MemoryMarshal.Cast<ulong, Vector<ulong>>(bits);
        for (int i = 0; i < wide.Length; i++)
            wide[i] |= others[i];
        for (int i = wide.Length * Vector<ulong>.Count; i < into.Length; i++)
            into[i] |= bits[i];
    }
}
