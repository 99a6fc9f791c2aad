using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Limits;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Bench.Suites;

/// <summary>
/// What a DMA costs before its first byte: the section, the IOTLB's hit, and its miss. "Random" waits for each answer before it asks for
/// the next address; in batches it is <see cref="DmaSection.TranslateMany"/>. Beside it a <see cref="ConcurrentDictionary{TKey,TValue}"/> from page to address, and a sorted array.
/// </summary>
internal static class TranslateSuite
{
    private const int Count = 1 << 12, Batch = 64;

    public static IEnumerable<Trial> Trials()
    {
        yield return new Trial("translate/section", Section);
        foreach (int areas in new[] { 1, 100, 10_000, 100_000, 1_000_000 })
            yield return new Trial($"translate/{areas}", session => Translate(session, areas)) { IsLong = areas > 100_000 };
    }

    private static void Section(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        DmaPort port = rig.Device.OpenPort();
        long word = 0;
        double[] best = session.BestOfEach(Count, () =>
        {
            for (int i = 0; i < Count; i++)
                port.Enter().Dispose();
        }, () =>
        {
            for (int i = 0; i < Count; i++)
                Interlocked.Increment(ref word);
        });
        session.Add("", "DMA section, entry and exit", "ns", best[0], Goal.AtMost(5), new Yardstick("locked add", best[1]));
    }

    private static void Translate(Session session, int areas)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        Spread spread = new(areas, Rig.Page);
        ConcurrentDictionary<ulong, ulong> pages = new(1, areas);
        ulong[] starts = new ulong[areas];
        (ulong Last, ulong Address)[] rest = new (ulong, ulong)[areas];
        for (int i = 0; i < areas; i++)
        {
            rig.Map(spread.PlaceOf(i), Rig.Page);
            pages[spread.PlaceOf(i) / Rig.Page] = memory.At(0).Value;
            starts[i] = spread.PlaceOf(i);
            rest[i] = (spread.PlaceOf(i) + Rig.Page - 1, memory.At(0).Value);
        }

        DmaPort port = rig.Device.OpenPort();
        if (areas is 1 or 1_000_000)
        {
            ulong[] same = [.. Enumerable.Repeat(spread.PlaceOf(areas / 2), Count)];
            double hit = session.Best(Count, () => OneByOne(port, same));
            session.Add("same", $"translate, IOTLB hit, {areas:n0} area{(areas == 1 ? "" : "s")}", "ns", hit, Goal.AtMost(3));
        }

        if (areas == 1)
            return;
        AddressStream random = new(spread.Addresses(Math.Max(Count, areas)), Math.Max(Count, Math.Min(areas, 1 << 16)));
        double[] best = session.BestOfEach(
            random.Window, () => OneByOne(port, random.Next()), () => LookUp(pages, random.Next()), () => Search(starts, rest, random.Next()));
        Goal? one = areas == 1_000_000 ? Goal.AtMost(200) : null;
        session.Add("random", $"translate, random area, one by one, {areas:n0} areas", "ns", best[0], one, new Yardstick("page dictionary", best[1]));
        session.Add("array", $"the same beside a sorted array, {areas:n0} areas", "ns", best[0], null, new Yardstick("sorted array", best[2]));
        var translations = new DmaTranslation[Batch];
        double many = session.Best(random.Window, () => InBatches(port, random.Next(), translations));
        Goal? batch = areas switch { 10_000 => Goal.AtMost(10), 1_000_000 => Goal.AtMost(40), _ => null };
        Yardstick load = new("dependent load", Loads.Dependent(session, 56L * areas)); // over as much memory as the areas take
        session.Add("batch", $"translate, random areas in batches of {Batch}, {areas:n0} areas", "ns", many, batch, load);
    }

    private static void InBatches(DmaPort port, ReadOnlySpan<ulong> addresses, DmaTranslation[] translations)
    {
        using DmaSection section = port.Enter();
        ReadOnlySpan<Iova> iovas = MemoryMarshal.Cast<ulong, Iova>(addresses);
        while (!iovas.IsEmpty)
        {
            int count = Math.Min(Batch, iovas.Length);
            if (section.TranslateMany(Pasid.None, iovas[..count], AreaAccess.Read, translations) != count)
                throw new InvalidOperationException("not there");
            iovas = iovas[count..];
        }
    }

    private static void OneByOne(DmaPort port, ReadOnlySpan<ulong> addresses)
    {
        using DmaSection section = port.Enter();
        Reason why = default;
        ulong sum = 0;
        foreach (ulong address in addresses)
        {
            if (!section.TryTranslate(new Iova(address + (sum & 7)), AreaAccess.Read, out HostAddress at, out _, ref why))
                throw new InvalidOperationException(why.ToString());
            sum = at.Value; // a multiple of 8
        }
    }

    private static void LookUp(ConcurrentDictionary<ulong, ulong> pages, ReadOnlySpan<ulong> addresses)
    {
        ulong sum = 0;
        foreach (ulong address in addresses)
        {
            ulong wanted = address + (sum & 7);
            if (!pages.TryGetValue(wanted / Rig.Page, out ulong at))
                throw new InvalidOperationException("not there");
            sum = at;
        }
    }

    private static void Search(ulong[] starts, (ulong Last, ulong Address)[] rest, ReadOnlySpan<ulong> addresses)
    {
        ulong sum = 0;
        foreach (ulong address in addresses)
        {
            ulong wanted = address + (sum & 7);
            int i = Array.BinarySearch(starts, wanted);
            i = i < 0 ? ~i - 1 : i;
            if (wanted > rest[i].Last)
                throw new InvalidOperationException("not there");
            sum = rest[i].Address;
        }
    }
}
