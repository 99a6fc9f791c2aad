using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Spaces;

namespace Ioasis.Bench.Suites;

/// <summary>
/// IOAS_MAP and IOAS_UNMAP as engine calls, whole: lock, checks, reasons, accounting. Over memory that is registered in this process.
/// Beside them, add and remove of a <see cref="SortedDictionary{TKey,TValue}"/> alone.
/// </summary>
internal static class MapSuite
{
    private const int Batch = 256;

    public static IEnumerable<Trial> Trials()
    {
        foreach (bool attached in new[] { false, true })
        {
            string state = attached ? "attached" : "free";
            yield return new Trial($"map/1/{state}", session => One(session, attached));
            foreach (int areas in new[] { 10_000, 100_000, 1_000_000 })
                yield return new Trial($"map/{areas}/{state}", session => Many(session, areas, attached, Rig.Page, "4 KiB")) { IsLong = areas > 100_000 };
            yield return new Trial($"map/10000/{state}/1TiB", session => Many(session, 10_000, attached, Rig.TiB, "1 TiB"));
        }

        yield return new Trial("map/10000/free/mixed", Mixed);
    }

    /// <summary>What performance.md of the project's owners asks for, by number of areas: map, unmap.</summary>
    private static (Goal? Map, Goal? Unmap) Goals(int areas) => areas switch
    {
        1 => (Goal.AtMost(90), Goal.AtMost(65)),
        10_000 => (Goal.AtMost(120), Goal.AtMost(100)),
        100_000 => (Goal.AtMost(280), Goal.AtMost(280)),
        _ => (null, null),
    };

    /// <summary>Many address spaces, each with one area: one alone would be too quick to be timed.</summary>
    private static void One(Session session, bool attached)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: false);
        Ioas[] spaces = [.. Enumerable.Range(0, Batch).Select(_ => rig.AllocateSpace())];
        var trees = new SortedDictionary<ulong, (ulong, object)>[Batch];
        for (int i = 0; i < Batch; i++)
        {
            trees[i] = [];
            if (attached)
                Rig.Attach(rig.Bind(rig.NewDevice(i + 1)), spaces[i]);
        }

        double[] best = session.BestOf(Batch, () =>
        {
            foreach (Ioas space in spaces)
                rig.Map(space, Rig.Page, Rig.Page);
        }, () =>
        {
            foreach (Ioas space in spaces)
                rig.Unmap(space, Rig.Page, Rig.Page);
        }, () =>
        {
            foreach (SortedDictionary<ulong, (ulong, object)> tree in trees)
                tree.Add(Rig.Page, (Rig.Page, tree));
        }, () =>
        {
            foreach (SortedDictionary<ulong, (ulong, object)> tree in trees)
                tree.Remove(Rig.Page);
        });
        Add(session, 1, attached, "4 KiB", best);
    }

    private static void Many(Session session, int areas, bool attached, ulong size, string sizeText)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached);
        Spread spread = new(areas, size);
        SortedDictionary<ulong, (ulong, object)> tree = [];
        for (int i = 0; i < areas; i++)
        {
            rig.Map(spread.PlaceOf(i), size);
            tree.Add(spread.PlaceOf(i), (size, tree));
        }

        double[] best = session.BestOf(Batch, () =>
        {
            foreach (ulong hole in spread.NextHoles(Batch))
                rig.Map(hole, size);
        }, () =>
        {
            foreach (ulong hole in spread.SameHoles(Batch))
                rig.Unmap(hole, size);
        }, () =>
        {
            foreach (ulong hole in spread.SameHoles(Batch))
                tree.Add(hole, (size, tree));
        }, () =>
        {
            foreach (ulong hole in spread.SameHoles(Batch))
                tree.Remove(hole);
        });
        Add(session, areas, attached, sizeText, best);
    }

    /// <summary>Sizes of 1 byte to 1 TiB at odd addresses: what only an address space takes that nothing is attached to.</summary>
    private static void Mixed(Session session)
    {
        const int areas = 10_000;
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: false);
        Patchwork patchwork = new(areas);
        SortedDictionary<ulong, (ulong, object)> tree = [];
        foreach (Patch patch in patchwork.Kept)
        {
            rig.Map(rig.Space, patch.Iova, patch.Length, patch.Offset);
            tree.Add(patch.Iova, (patch.Length, tree));
        }

        double[] best = session.BestOf(Batch, () =>
        {
            foreach (ref readonly Patch patch in patchwork.Next(Batch))
                rig.Map(rig.Space, patch.Iova, patch.Length, patch.Offset);
        }, () =>
        {
            foreach (ref readonly Patch patch in patchwork.Same(Batch))
                rig.Unmap(patch.Iova, patch.Length);
        }, () =>
        {
            foreach (ref readonly Patch patch in patchwork.Same(Batch))
                tree.Add(patch.Iova, (patch.Length, tree));
        }, () =>
        {
            foreach (ref readonly Patch patch in patchwork.Same(Batch))
                tree.Remove(patch.Iova);
        });
        Add(session, areas, false, "1 byte to 1 TiB, unaligned", best);
    }

    private static void Add(Session session, int areas, bool attached, string size, double[] best)
    {
        (Goal? map, Goal? unmap) = Goals(areas);
        string where = $"{size}, {areas:n0} area{(areas == 1 ? "" : "s")}, {(attached ? "attached" : "not attached")}";
        session.Add("map", $"map {where}", "ns", best[0], map, new Yardstick("tree add", best[2]));
        session.Add("unmap", $"unmap {where}", "ns", best[1], unmap, new Yardstick("tree remove", best[3]));
    }
}
