using System.Numerics;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Suites;

/// <summary>
/// IOAS_MAP without a fixed IOVA: the engine finds the lowest place. Beside it a loop over all holes of a sorted array, which is how one
/// finds a place without knowing the holes' sizes.
/// </summary>
internal static class PlaceSuite
{
    private const int Batch = 256;

    public static IEnumerable<Trial> Trials()
    {
        foreach (int areas in new[] { 100, 10_000, 100_000 })
            yield return new Trial($"place/small/{areas}", session => TooSmall(session, areas));
        foreach (int areas in new[] { 100, 10_000, 100_000 })
            yield return new Trial($"place/misaligned/{areas}", session => Misaligned(session, areas));
        yield return new Trial("place/fragmented/100000", session =>
            Fragmented(session, random => (ulong)random.Next(1, 17) * Rig.Page, "1 to 16 pages"));
        yield return new Trial("place/mixed/100000", session => Fragmented(session, Patchwork.AnyLength, "1 byte to 1 TiB"));
    }

    /// <summary>Every hole but the last is a page too small.</summary>
    private static void TooSmall(Session session, int areas) => Measure(
        session, areas, Rig.Page, 4 * Rig.Page, areas == 100_000 ? Goal.AtMost(1000) : null,
        $"automatic IOVA, {areas:n0} areas, every hole too small");

    /// <summary>Every hole is as large as what is asked for, but begins one page after the multiple of four where Linux would put it.</summary>
    private static void Misaligned(Session session, int areas) => Measure(
        session, areas, Rig.Page, 3 * Rig.Page, null, $"automatic IOVA, {areas:n0} areas, every hole large enough but misaligned");

    private static void Measure(Session session, int areas, ulong size, ulong wanted, Goal? goal, string text)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: false);
        Spread spread = new(areas, size);
        (ulong Start, ulong Last)[] row = new (ulong, ulong)[areas];
        for (int i = 0; i < areas; i++)
        {
            rig.Map(spread.PlaceOf(i), size);
            row[i] = (spread.PlaceOf(i), spread.PlaceOf(i) + size - 1);
        }

        ulong[] placed = new ulong[Batch];
        ulong sum = 0;
        double[] best = session.BestOf(Batch, () =>
        {
            for (int i = 0; i < Batch; i++)
                placed[i] = rig.MapAnywhere(wanted);
        }, () =>
        {
            foreach (ulong place in placed)
                rig.Unmap(place, wanted);
        });
        double loop = session.Best(1, () => sum += LowestPlace(row, wanted));
        GC.KeepAlive(sum);
        session.Add("", text, "ns", best[0], goal, new Yardstick("look at each hole", loop));
    }

    private static ulong LowestPlace((ulong Start, ulong Last)[] row, ulong wanted)
    {
        ulong mask = BitOperations.RoundUpToPowerOf2(wanted) - 1;
        for (int i = 1; i < row.Length; i++)
        {
            ulong start = (row[i - 1].Last + 1 + mask) & ~mask;
            if (start + (wanted - 1) < row[i].Start)
                return start;
        }

        return row[^1].Last + 1;
    }

    /// <summary>Areas of many sizes come and go at random, where the engine puts them.</summary>
    private static void Fragmented(Session session, Func<Random, ulong> lengthOf, string sizes)
    {
        const int areas = 100_000;
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: false);
        Random random = new(6);
        var live = new (ulong Iova, ulong Length)[areas];
        foreach (ref (ulong Iova, ulong Length) area in live.AsSpan())
            Place(out area);
        for (int i = 0; i < areas; i++)
            Replace();
        // Each operation is one unmap and one map.
        double best = session.Best(Batch, () =>
        {
            for (int i = 0; i < Batch; i++)
                Replace();
        });
        session.Add("", $"automatic IOVA and unmap, 100,000 areas of {sizes}, fragmented", "ns", best);

        void Replace()
        {
            ref (ulong Iova, ulong Length) area = ref live[random.Next(areas)];
            rig.Unmap(area.Iova, area.Length);
            Place(out area);
        }

        void Place(out (ulong Iova, ulong Length) area)
        {
            ulong length = lengthOf(random);
            area = (rig.MapAnywhere(length, Rig.Page), length);
        }
    }
}
