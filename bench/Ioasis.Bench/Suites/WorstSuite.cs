using System.Diagnostics;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Bench.Suites;

/// <summary>What takes long because there is much of it: it must take no longer than there is. And memory that must not grow.</summary>
internal static class WorstSuite
{
    private const int Million = 1_000_000;

    public static IEnumerable<Trial> Trials() =>
    [
        new("worst/unmap-all", UnmapAll) { IsLong = true },
        new("worst/close", Close) { IsLong = true },
        new("worst/devices", Devices),
        new("worst/copies", Copies),
        new("memory/objects", Objects) { IsLong = true },
        new("memory/growth", Growth) { IsLong = true },
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
        double attach = 0, release = 0;
        for (int round = 0; round < (session.Quick ? 2 : 5); round++)
        {
            using Rig rig = new(memory, attached: false);
            PhysicalDevice[] devices = [.. Enumerable.Range(1, count).Select(rig.NewDevice)];
            BoundDevice[] bound = new BoundDevice[count];
            long begun = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                bound[i] = rig.Bind(devices[i]);
                Rig.Attach(bound[i], rig.Space);
            }

            double each = Stopwatch.GetElapsedTime(begun).TotalNanoseconds / count;
            attach = round == 0 ? each : Math.Min(attach, each);
            begun = Stopwatch.GetTimestamp();
            foreach (BoundDevice one in bound)
                one.Unbind();
            each = Stopwatch.GetElapsedTime(begun).TotalNanoseconds / count;
            release = round == 0 ? each : Math.Min(release, each);
        }

        session.Add("attach", "bind and attach 10,000 devices", "ns a device", attach);
        session.Add("release", "detach and unbind them", "ns a device", release);
    }

    /// <summary>One mapping, copied into many address spaces: its pins are shared.</summary>
    private static void Copies(Session session)
    {
        const int spaces = 1000;
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        Ioas[] others = [.. Enumerable.Range(0, spaces).Select(_ => rig.AllocateSpace())];
        for (int i = 0; i < spaces; i++)
            Rig.Attach(rig.Bind(rig.NewDevice(i + 1)), others[i]);
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

    private static void Objects(Session session)
    {
        const int count = 100_000;
        using BenchMemory memory = new(1 << 20);
        using (Rig rig = new(memory, attached: false))
            session.Add("space", "an empty IOAS", "bytes", Each(count, _ => rig.AllocateSpace()));
        using (Rig rig = new(memory, attached: false))
        {
            Ioas[] spaces = [.. Enumerable.Range(0, count).Select(_ => rig.AllocateSpace())];
            session.Add("mapped", "its first area", "bytes", Each(count, i => rig.Map(spaces[i], 0, Rig.Page)));
        }

        using (Rig rig = new(memory, attached: false))
            session.Add("area", "an area among 1,000,000", "bytes", Each(Million, i => rig.Map((ulong)i * 2 * Rig.Page, Rig.Page)));
    }

    /// <summary>A million times of everything; what is held afterwards, more than after the first thousand.</summary>
    private static void Growth(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        session.Add("map", "held after 1,000,000 maps and unmaps", "bytes", Grown(i =>
        {
            rig.Map((ulong)(i & 0xffff) * 2 * Rig.Page, Rig.Page);
            rig.Unmap((ulong)(i & 0xffff) * 2 * Rig.Page, Rig.Page);
        }), Goal.AtMost(4096));
        IommuSystem system = new();
        session.Add("open", "held after 1,000,000 opens and closes", "bytes", Grown(_ =>
        {
            IommuContext context = new(system);
            context.Publish(context.AllocateSpace());
            context.Release();
        }), Goal.AtMost(4096));
    }

    private static double Grown(Action<int> once)
    {
        for (int i = 0; i < 100_000; i++)
            once(i);
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Million; i++)
            once(i);
        return Math.Max(GC.GetTotalMemory(true) - before, 0);
    }

    private static double Each(int count, Action<int> once)
    {
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < count; i++)
            once(i);
        return (GC.GetTotalMemory(true) - before) / (double)count;
    }
}
