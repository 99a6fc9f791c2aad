using System.Globalization;
using Ioasis.Conformance.Language;

namespace Ioasis.Conformance.Random;

/// <summary>
/// Makes cases of random calls. The same seed and place give the same case everywhere. Values come from small pools, so that
/// calls meet what earlier ones left: a few spaces, neighbouring IOVAs, overlapping memory.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="everything">Calls of all kinds; otherwise only those that the plain model knows.</param>
public sealed class Generator(int seed, bool everything)
{
    private const int Spaces = 3, Devices = 3, Tables = 4, Accesses = 2, Pins = 4;

    /// <summary>What each case begins with. Every page is written first: which physical page is behind an address is then settled.</summary>
    private static readonly string[] s_prelude =
    [
        "$iommu = open /dev/iommu",
        "memory m 64K",
        "memory ro 16K ro",
        "memory b 16K",
        "fill @m 64K",
        "set $none 0",
        .. Enumerable.Range(0, Spaces).Select(n => $"$i{n} = IOAS_ALLOC"),
        .. Names("s", Devices), .. Names("d", Devices), .. Names("h", Devices), .. Names("t", Tables), .. Names("n", 2), .. Names("p", Pins),
        // Which pages are huge depends on the physical memory that Linux has left.
        .. Enumerable.Range(0, Spaces).Select(n => $"OPTION option_id=HUGE_PAGES op=SET object_id=$i{n} val64=0"),
        "$s0,$h0,$d0 = TEST_MOCK_DOMAIN id=$i0",
    ];

    private static readonly string[] s_more =
    [
        .. Enumerable.Range(0, Accesses).Select(n => $"$x{n} = TEST_CREATE_ACCESS id=$i{n} flags=1"),
        "$f,$fd = FAULT_QUEUE_ALLOC",
        "put @b+8K iommu_hwpt_selftest iotlb=7",
    ];

    private System.Random _random = new(seed);

    /// <summary>The case at a place.</summary>
    /// <param name="number">Its place, from 0.</param>
    /// <param name="calls">How many random calls it has.</param>
    public Case Make(int number, int calls)
    {
        _random = new System.Random(unchecked((seed * 1_000_003) + number));
        List<Line> lines = [.. s_prelude.Concat(everything ? s_more : []).Select((text, n) => new Line(n + 1, text, true))];
        while (calls-- > 0)
        {
            foreach (string text in Next().Split('\n'))
                lines.Add(new Line(lines.Count + 1, text, false));
        }

        return new Case("random", string.Create(CultureInfo.InvariantCulture, $"seed {seed}, number {number}"), lines, new Dictionary<int, IReadOnlyList<Difference>>(), null);
    }

    private static IEnumerable<string> Names(string kind, int count) => Enumerable.Range(0, count).Select(n => $"set ${kind}{n} 0");

    private string Next() => _random.Next(everything ? 100 : 58) switch
    {
        < 13 => $"IOAS_MAP flags={Flags(1)} ioas_id={Space()} user_va={Memory()} length={Length()} iova={Iova()}",
        < 17 => $"IOAS_MAP flags={Flags(0)} ioas_id={Space()} user_va={Memory()} length={Length()}",
        < 25 => $"IOAS_UNMAP ioas_id={Space()} iova={Iova()} length={Length()}",
        < 26 => $"IOAS_UNMAP ioas_id={Space()} iova=0 length=~0",
        < 33 => $"IOAS_COPY flags={Flags(1)} src_ioas_id={Space()} dst_ioas_id={Space()} src_iova={Iova()} dst_iova={Iova()} length={Length()}",
        < 36 => $"IOAS_COPY flags={Flags(0)} src_ioas_id={Space()} dst_ioas_id={Space()} src_iova={Iova()} length={Length()}",
        < 37 => NewSpace(),
        < 40 => $"DESTROY id={Any()}",
        < 43 => NewDevice(),
        < 46 => $"TEST_MOCK_DOMAIN_REPLACE id={Of("s", Devices)} +16.4={PageTable()}",
        < 49 => $"$t{_random.Next(Tables)} = HWPT_ALLOC dev_id={Of("d", Devices)} pt_id={Space()}{Pick("", " flags=NEST_PARENT", " flags=DIRTY_TRACKING")}",
        < 52 => $"TEST_MD_CHECK_MAP id={Of("h", Devices)} iova={Iova()} length={Pick("2K", "4K", "8K")} uptr={Memory()}",
        < 54 => $"TEST_MD_CHECK_REFS uptr=@m+{_random.Next(16) * 4}K length=4K refs={_random.Next(3)}",
        < 56 => $"IOAS_IOVA_RANGES ioas_id={Space()} num_iovas=4 allowed_iovas=@b\nshow @b 64",
        < 57 => $"put @b+4K u64 {Iova()} {Iova()}+0x7fff\nIOAS_ALLOW_IOVAS ioas_id={Space()} num_iovas={_random.Next(2)} allowed_iovas=@b+4K",
        < 58 => $"OPTION option_id=HUGE_PAGES op=GET object_id={Space()}",
        < 60 => $"TEST_ADD_RESERVED id={Space()} start={Iova()} length={Length()}",
        < 64 => $"HWPT_SET_DIRTY_TRACKING hwpt_id={Of("t", Tables)} flags={_random.Next(2)}",
        < 67 => $"put @b u64 {_random.Next()}\nTEST_DIRTY id={Of("t", Tables)} iova={Iova()} length={Pick("16K", "32K", "64K")} page_size=2K uptr=@b",
        < 71 => $"zero @b 64\nHWPT_GET_DIRTY_BITMAP hwpt_id={Of("t", Tables)} iova={Iova()} length={Pick("4K", "16K", "64K")} page_size={Pick("2K", "4K")} data=@b flags={_random.Next(2)}\nshow @b 16",
        < 77 => $"$p{_random.Next(Pins)} = TEST_ACCESS_PAGES id={Of("x", Accesses)} iova={Iova()} length={Length()} uptr=0 access_pages.flags={_random.Next(2)}",
        < 81 => $"TEST_DESTROY_ACCESS_PAGES id={Of("x", Accesses)} +16.4={Of("p", Pins)}",
        < 84 => $"TEST_ACCESS_RW id={Of("x", Accesses)} iova={Iova()} length={Pick("8", "64", "5000")} uptr=@b flags={_random.Next(2)}",
        < 86 => $"TEST_ACCESS_REPLACE_IOAS id={Of("x", Accesses)} +16.4={Space()}",
        < 88 => $"$n{_random.Next(2)} = HWPT_ALLOC dev_id={Of("d", Devices)} pt_id={Of("t", Tables)} data_type=0xdead data_len=8 data_uptr=@b+8K{Pick("", " flags=FAULT_ID_VALID fault_id=$f")}",
        < 91 => $"TEST_TRIGGER_IOPF dev_id={Of("d", Devices)} addr=0x{_random.Next(16) * 4096:x} grpid={_random.Next(4)} perm=1",
        < 93 => $"read $fd @b {Pick("40", "80", "400")}\nshow @b 40 u32",
        < 95 => $"put @b u32 {_random.Next(4)} {_random.Next(2)}\nwrite $fd @b 8",
        < 96 => $"TEST_MD_CHECK_IOTLB id={Of("n", 2)} check_entry.id=0 value={Pick("0", "7")}",
        < 97 => $"put @b u32 {_random.Next(2)} {_random.Next(5)}\nHWPT_INVALIDATE hwpt_id={Of("n", 2)} data_type=0xdeadbeef data_uptr=@b entry_len=8 entry_num=1",
        < 98 => $"GET_HW_INFO dev_id={Of("d", Devices)}",
        < 99 => $"poll $fd {Pick("1", "4", "5")} 0",
        _ => $"drop IPC_LOCK\nmemlock {Pick("16K", "64K", "128K", "8M")}",
    };

    private string NewSpace()
    {
        int n = _random.Next(Spaces);
        return $"$i{n} = IOAS_ALLOC\nOPTION option_id=HUGE_PAGES op=SET object_id=$i{n} val64=0";
    }

    private string NewDevice()
    {
        int n = _random.Next(Devices);
        return $"$s{n},$h{n},$d{n} = TEST_MOCK_DOMAIN id={(_random.Next(4) == 0 ? PageTable() : Space())}";
    }

    private string Of(string kind, int count) => $"${kind}{_random.Next(count)}";

    private string Space() => _random.Next(40) == 0 ? Any() : Of("i", Spaces);

    private string PageTable() => _random.Next(4) switch { 0 => Of("t", Tables), 1 when everything => Of("n", 2), _ => Space() };

    private string Any() => _random.Next(everything ? 6 : 5) switch
    {
        0 => Of("i", Spaces),
        1 => Of("s", Devices),
        2 => Of("t", Tables),
        3 => Pick("$none", "999", Of("d", Devices)),
        4 => Of("h", Devices),
        _ => Pick("$f", Of("n", 2)),
    };

    private int Flags(int low) => _random.Next(8) switch { 0 => 4 | low, 1 => 2 | low, _ => 6 | low };

    private string Memory() => _random.Next(14) switch
    {
        0 => $"@ro+{_random.Next(4) * 4}K",
        1 => Pick("@hole", "0", "@ro+12K"),
        2 => $"@m+{_random.Next(32) * 2}K",
        3 => $"@m+{(_random.Next(16) * 4096) + _random.Next(4096)}",
        _ => $"@m+{_random.Next(16) * 4}K",
    };

    private string Length() => _random.Next(12) switch
    {
        0 => Pick("0", "1", "1K", "0x1001"),
        1 => Pick("2K", "6K"),
        2 => Pick("32K", "64K"),
        _ => $"{(1 + _random.Next(4)) * 4}K",
    };

    private string Iova() => _random.Next(16) switch
    {
        0 => Pick("0", "0xfff000", "0x7fffe000", "0x80000000", "-4096", "1M"),
        1 => string.Create(CultureInfo.InvariantCulture, $"0x{0x1000000 + (_random.Next(64) * 2048):x}"),
        2 => string.Create(CultureInfo.InvariantCulture, $"0x{0x1000000 + _random.Next(65536):x}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{0x1000000 + (_random.Next(16) * 4096):x}"),
    };

    private string Pick(params string[] all) => all[_random.Next(all.Length)];
}
