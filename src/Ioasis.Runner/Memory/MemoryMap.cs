using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Memory;

/// <summary>
/// The layout of one client memory, through an open /proc/PID/maps, which stands for that memory even after its process runs another
/// program. One question is one ioctl (PROCMAP_QUERY, Linux 6.11), whatever the number of mappings; older kernels give the text, which
/// is read up to the mapping asked for. Thread-safe.
/// </summary>
internal sealed unsafe class MemoryMap(Descriptor maps) : IDisposable
{
    private const ulong CoveringOrNext = 0x10;
    private const int LongestName = 4096;

    // 1 once a kernel has said that it does not know the question.
    private static int s_textOnly;

    /// <summary>For tests: behave as a kernel without PROCMAP_QUERY.</summary>
    internal bool TextOnly { get; init; } = s_textOnly != 0;

    /// <summary>Whether questions are cheap: one system call.</summary>
    public bool IsCheap => !TextOnly && s_textOnly == 0;

    /// <summary>Finds the mapping that holds an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="withName">Whether <see cref="MappedRange.Name"/> is wanted; it costs a little.</param>
    /// <param name="range">The mapping.</param>
    /// <returns>0, ENOENT when nothing is mapped there, or what the kernel says (ESRCH: the memory is gone).</returns>
    [SkipLocalsInit]
    public int Find(ulong address, bool withName, out MappedRange range)
    {
        range = default;
        if (!IsCheap)
            return FindInText(address, ref range);

        byte* name = stackalloc byte[withName ? LongestName : 1];
        var query = new procmap_query { size = (ulong)sizeof(procmap_query), query_addr = address };
        if (withName)
        {
            query.vma_name_size = LongestName;
            query.vma_name_addr = (ulong)name;
        }

        if (LibC.ioctl(maps, Linux.PROCMAP_QUERY, &query) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is not (Linux.ENOTTY or Linux.EINVAL))
                return error;
            s_textOnly = 1;
            return FindInText(address, ref range);
        }

        range.Start = query.vma_start;
        range.End = query.vma_end;
        range.Readable = (query.vma_flags & Linux.PROCMAP_QUERY_VMA_READABLE) != 0;
        range.Writable = (query.vma_flags & Linux.PROCMAP_QUERY_VMA_WRITABLE) != 0;
        range.Shared = (query.vma_flags & Linux.PROCMAP_QUERY_VMA_SHARED) != 0;
        range.FileOffset = query.vma_offset;
        range.PageSize = query.vma_page_size;
        range.File = new FileId(query.dev_major, query.dev_minor, query.inode);
        if (withName && query.vma_name_size > 1)
            range.Name = KindOf(new ReadOnlySpan<byte>(name, (int)query.vma_name_size - 1));
        return 0;
    }

    /// <summary>Calls for each mapping of the memory, in the order of addresses, until told to stop.</summary>
    /// <param name="see">Returns false to stop.</param>
    /// <returns>0, or the error number.</returns>
    public int ForEach(Func<MappedRange, bool> see)
    {
        using var text = new ProcText(maps);
        while (text.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (TryParse(line, out MappedRange range) && !see(range))
                break;
        }

        return text.Error;
    }

    public void Dispose() => maps.Dispose();

    private int FindInText(ulong address, ref MappedRange range)
    {
        using var text = new ProcText(maps);
        while (text.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (!TryParse(line, out range) || range.End <= address)
                continue;
            return range.Start <= address ? 0 : Linux.ENOENT;
        }

        return text.Error != 0 ? text.Error : Linux.ENOENT;
    }

    /// <summary>"START-END rwxs OFFSET MAJOR:MINOR INODE   NAME", numbers but the inode in hexadecimal.</summary>
    private static bool TryParse(ReadOnlySpan<byte> line, out MappedRange range)
    {
        range = default;
        Span<Range> parts = stackalloc Range[5];
        int count = 0, at = 0;
        while (count < 5 && at < line.Length)
        {
            int end = line[at..].IndexOf((byte)' ');
            end = end < 0 ? line.Length : at + end;
            parts[count++] = at..end;
            at = end + 1;
        }

        if (count < 5)
            return false;
        ReadOnlySpan<byte> addresses = line[parts[0]], access = line[parts[1]], device = line[parts[3]];
        int dash = addresses.IndexOf((byte)'-'), colon = device.IndexOf((byte)':');
        if (dash < 0 || colon < 0 || access.Length < 4)
            return false;
        range.Start = Hex(addresses[..dash]);
        range.End = Hex(addresses[(dash + 1)..]);
        range.Readable = access[0] == 'r';
        range.Writable = access[1] == 'w';
        range.Shared = access[3] == 's';
        range.FileOffset = Hex(line[parts[2]]);
        _ = ulong.TryParse(line[parts[4]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode);
        range.File = new FileId((uint)Hex(device[..colon]), (uint)Hex(device[(colon + 1)..]), inode);
        range.Name = KindOf(line[Math.Min(at, line.Length)..].TrimStart((byte)' '));
        return true;
    }

    private static ulong Hex(ReadOnlySpan<byte> digits)
    {
        _ = ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value);
        return value;
    }

    private static MappedName KindOf(ReadOnlySpan<byte> name)
    {
        if (name.StartsWith("[vvar"u8) || name.StartsWith("[vsyscall"u8))
            return MappedName.Kernel;
        if (name.StartsWith("anon_inode:"u8) || name.StartsWith("socket:"u8))
            return MappedName.Device;
        if (name.StartsWith("/dev/zero (deleted)"u8) || name.StartsWith("/SYSV"u8))
            return MappedName.Nameless;
        bool inDev = name.StartsWith("/dev/"u8)
            && !name.StartsWith("/dev/shm/"u8) && !name.StartsWith("/dev/zero"u8) && !name.StartsWith("/dev/hugepages/"u8);
        return inDev ? MappedName.Device : MappedName.Ordinary;
    }
}
