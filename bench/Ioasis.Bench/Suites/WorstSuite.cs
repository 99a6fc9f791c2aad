using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Bench.Suites;

/// <summary>What takes long because there is much of it: it must take no longer than there is.</summary>
internal static class WorstSuite
{
    private const int Million = 1_000_000;

    public static IEnumerable<Trial> Trials() =>
    [
        new("worst/unmap-all", UnmapAll) { IsLong = true },
        new("worst/close", Close) { IsLong = true },
        new("worst/devices", Devices),
        new("worst/copies", Copies),
        new("worst/parts/256", session => Parts(session, 256)),
        new("worst/parts/4096", session => Parts(session, 4096)) { IsLong = true },
        new("worst/pieces/1000", session => Pieces(session, 1000)),
        new("worst/pieces/100000", session => Pieces(session, 100_000)) { IsLong = true },
        new("worst/overlaps/256", session => Overlaps(session, 256)),
        new("worst/overlaps/4096", session => Overlaps(session, 4096)) { IsLong = true },
    ];

    private static void UnmapAll(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        double best = session.BestOfLong(Million, () =>
        {
            Rig rig = new(memory, attached: true);
            for (int i = 0; i < Million; i++)
                rig.Map((ulong)i * 2 * Rig.Page, Rig.Page);
            return rig;
        }, rig => rig.UnmapAll());
        session.Add("", "unmap all of 1,000,000 areas, attached", "ns an area", best);
    }

    private static void Close(Session session)
    {
        double best = session.BestOfLong(Million, () =>
        {
            IommuContext context = new(new IommuSystem());
            for (int i = 0; i < Million; i++)
                context.Publish(context.AllocateSpace());
            return context;
        }, context => context.Release());
        session.Add("", "close of a descriptor with 1,000,000 objects", "ns an object", best, Goal.AtMost(100));
    }

    /// <summary>Bind and attach, and let go of them again.</summary>
    private static void Devices(Session session)
    {
        const int count = 10_000;
        using BenchMemory memory = new(1 << 20);
        Least attach = new(), release = new();
        for (int round = 0; round < (session.Quick ? 2 : 5); round++)
        {
            using Rig rig = new(memory, attached: false);
            PhysicalDevice[] devices = [.. Enumerable.Range(1, count).Select(rig.NewDevice)];
            BoundDevice[] bound = new BoundDevice[count];
            long begun = Clock.Now;
            for (int i = 0; i < count; i++)
            {
                bound[i] = rig.Bind(devices[i]);
                Rig.Attach(bound[i], rig.Space);
            }

            attach.Take(Clock.Since(begun) / count);
            begun = Clock.Now;
            foreach (BoundDevice one in bound)
                one.Unbind();
            release.Take(Clock.Since(begun) / count);
        }

        session.Add("attach", "bind and attach 10,000 devices", "ns a device", attach.Value);
        session.Add("release", "detach and unbind them", "ns a device", release.Value);
    }

    /// <summary>One mapping, copied into many address spaces: its pins are shared.</summary>
    private static void Copies(Session session)
    {
        const int spaces = 1000;
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        Ioas[] others = AttachedSpaces(rig, spaces);
        rig.Map(0, Rig.Page);
        double[] best = session.BestOf(spaces, () =>
        {
            Reason why = default;
            foreach (Ioas other in others)
                Rig.Must(rig.Context.Copy(rig.Space.Id, new Iova(0), Rig.Page, other.Id, new Iova(0), AreaAccess.ReadWrite, out _, ref why), in why);
        }, () =>
        {
            foreach (Ioas other in others)
                rig.Unmap(other, 0, Rig.Page);
        });
        session.Add("copy", "copy of one mapping into each of 1,000 attached address spaces", "ns a copy", best[0]);
        session.Add("unmap", "unmap of each", "ns a copy", best[1]);
    }

    /// <summary>A mapping, copied page by page, each page into an address space of its own: its pins fall into as many pieces.</summary>
    private static void Parts(Session session, int spaces) =>
        CopyParts(session, spaces, spaces, i => ((ulong)i, 1), $"copy of each page of a mapping into its own one of {spaces:n0} attached address spaces");

    /// <summary>A mapping, copied from each page on, half of it: each page is pinned as often as another, and none as often as the next.</summary>
    private static void Overlaps(Session session, int spaces) =>
        CopyParts(session, spaces, 2 * spaces, i => ((ulong)i, (ulong)spaces), $"copy of half of a mapping, from each page on, into {spaces:n0} attached address spaces");

    /// <summary>All of a mapping, of which single pages, not two of them neighbours, are pinned by copies elsewhere.</summary>
    private static void Pieces(Session session, int pieces)
    {
        const int spaces = 100;
        ulong pages = 2 * (ulong)pieces;
        using BenchMemory memory = new(pages * Rig.Page);
        using Rig rig = new(memory, attached: false);
        Ioas[] others = AttachedSpaces(rig, spaces);
        Ioas elsewhere = rig.AllocateSpace();
        Rig.Attach(rig.Bind(rig.NewDevice(spaces + 1)), elsewhere);
        rig.Map(0, pages * Rig.Page);
        double[] alone = CopyAll(); // pinned by nobody in between, as the mapping's own address space is not attached
        for (ulong page = 0; page < pages; page += 2)
            Copy(page * Rig.Page, Rig.Page, elsewhere, page * Rig.Page);
        double[] best = CopyAll();
        string text = $"copy of all of a mapping of which {pieces:n0} single pages are pinned elsewhere";
        session.Add("copy", text, "ns a copy", best[0], null, new Yardstick("none is", alone[0]));
        session.Add("unmap", "unmap of it", "ns a copy", best[1], null, new Yardstick("none is", alone[1]));

        void Copy(ulong from, ulong length, Ioas to, ulong at)
        {
            Reason why = default;
            Rig.Must(rig.Context.Copy(rig.Space.Id, new Iova(from), length, to.Id, new Iova(at), AreaAccess.ReadWrite, out _, ref why), in why);
        }

        double[] CopyAll() => session.BestOf(spaces, () =>
        {
            foreach (Ioas other in others)
                Copy(0, pages * Rig.Page, other, 0);
        }, () =>
        {
            foreach (Ioas other in others)
                rig.Unmap(other, 0, pages * Rig.Page);
        });
    }

    private static void CopyParts(Session session, int spaces, int pages, Func<int, (ulong First, ulong Count)> part, string text)
    {
        using BenchMemory memory = new((ulong)pages * Rig.Page);
        Least copy = new(), unmap = new(), wholeCopy = new(), wholeUnmap = new();
        for (int round = 0; round < (session.Quick ? 2 : 4); round++)
        {
            Round(part, copy, unmap);
            Round(_ => (0, (ulong)pages), wholeCopy, wholeUnmap);
        }

        session.Add("copy", text, "ns a copy", copy.Value, null, new Yardstick("all of it into each", wholeCopy.Value));
        session.Add("unmap", "unmap of each", "ns a copy", unmap.Value, null, new Yardstick("all of it from each", wholeUnmap.Value));

        void Round(Func<int, (ulong First, ulong Count)> part, Least copy, Least unmap)
        {
            using Rig rig = new(memory, attached: true);
            Ioas[] others = AttachedSpaces(rig, spaces);
            rig.Map(0, (ulong)pages * Rig.Page);
            GC.Collect();
            Reason why = default;
            long begun = Clock.Now;
            for (int i = 0; i < spaces; i++)
            {
                (ulong first, ulong count) = part(i);
                Rig.Must(rig.Context.Copy(
                    rig.Space.Id, new Iova(first * Rig.Page), count * Rig.Page, others[i].Id, new Iova(0), AreaAccess.ReadWrite, out _, ref why), in why);
            }

            copy.Take(Clock.Since(begun) / spaces);
            begun = Clock.Now;
            for (int i = 0; i < spaces; i++)
                rig.Unmap(others[i], 0, part(i).Count * Rig.Page);
            unmap.Take(Clock.Since(begun) / spaces);
        }
    }

    private static Ioas[] AttachedSpaces(Rig rig, int count)
    {
        Ioas[] spaces = new Ioas[count];
        for (int i = 0; i < count; i++)
        {
            spaces[i] = rig.AllocateSpace();
            Rig.Attach(rig.Bind(rig.NewDevice(i + 1)), spaces[i]);
        }

        return spaces;
    }
}
