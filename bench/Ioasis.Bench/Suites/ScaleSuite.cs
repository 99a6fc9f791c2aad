using Ioasis.Bench.Engine;
using Ioasis.Bench.Limits;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Bench.Suites;

/// <summary>One descriptor, one device, 1,048,576 PASIDs, each attached to its own address space with one mapping; by engine calls and by ioctls.</summary>
internal static class ScaleSuite
{
    private const int Spaces = (1 << Pasid.Bits) - 1, Rounds = 3, Window = 1 << 14;
    private const uint Same = 77;

    public static IEnumerable<Trial> Trials() =>
    [
        new("scale/pasids", session => Build(session, memory => new CallPasids(memory), "engine calls", Goal.AtMost(1000))) { IsLong = true },
        new("scale/ioctls", session => Build(session, memory => new IoctlPasids(memory), "ioctls", Goal.AtMost(1300))) { IsLong = true },
    ];

    private static void Build(Session session, Func<BenchMemory, PasidRig> open, string how, Goal goal)
    {
        using BenchMemory memory = new(1 << 20);
        Least setUp = new(), bytes = new(), close = new();
        string collector = "";
        double[] translate = [];
        double alone = TranslateWithOne(session, open(memory));
        for (int round = 0; round < Rounds; round++)
        {
            PasidRig rig = open(memory);
            long before = HeldMemory.Now();
            int collections = GC.CollectionCount(0);
            TimeSpan paused = GC.GetTotalPauseDuration();
            long begun = Clock.Now;
            for (uint pasid = 1; pasid <= Spaces; pasid++)
                rig.Add(pasid);
            double took = Clock.Since(begun);
            if (took / Spaces < setUp.Value)
                collector = $"{GC.CollectionCount(0) - collections} collections, {(GC.GetTotalPauseDuration() - paused).TotalNanoseconds / took:p0} of it";
            setUp.Take(took / Spaces);
            bytes.Take((HeldMemory.Now() - before) / (double)Spaces);
            if (round == Rounds - 1)
                translate = Translate(session, rig.Port);
            begun = Clock.Now;
            rig.Close();
            close.Take(Clock.Since(begun) / (2 * Spaces));
        }

        session.Add("setup", $"1,048,575 PASIDs by {how} ({collector}): IOAS, map, HWPT, attach", "ns each", setUp.Value, goal);
        session.Add("bytes", "the same, memory", "bytes each", bytes.Value, Goal.AtMost(512));
        session.Add(
            "same", "translate with the same PASID, among 1,048,575", "ns", translate[0], Goal.AtMost(3), new Yardstick("the only PASID", alone));
        Yardstick load = new("dependent load", Loads.Dependent(session, (long)(bytes.Value * Spaces)));
        session.Add("random", "translate with a random PASID, among 1,048,575", "ns", translate[1], null, load);
        session.Add("close", "close of all that", "ns an object", close.Value, Goal.AtMost(100));
    }

    private static double TranslateWithOne(Session session, PasidRig rig)
    {
        rig.Add(Same);
        ulong[] one = [.. Enumerable.Repeat((ulong)Same, Window)];
        double alone = session.Best(Window, () => Translate(rig.Port, one));
        rig.Close();
        return alone;
    }

    private static double[] Translate(Session session, DmaPort port)
    {
        ulong[] pasids = new ulong[Spaces];
        for (int i = 0; i < Spaces; i++)
            pasids[i] = (ulong)i + 1;
        new Random(1).Shuffle(pasids);
        AddressStream random = new(pasids, Window);
        ulong[] one = [.. Enumerable.Repeat((ulong)Same, Window)];
        return session.BestOfEach(Window, () => Translate(port, one), () => Translate(port, random.Next()));
    }

    private static void Translate(DmaPort port, ReadOnlySpan<ulong> pasids)
    {
        using DmaSection section = port.Enter();
        Reason why = default;
        foreach (ulong pasid in pasids)
        {
            if (!section.TryTranslate(new Pasid((uint)pasid), new Iova(PasidRig.Mapped), AreaAccess.Read, out _, out _, ref why))
                throw new InvalidOperationException(why.ToString());
        }
    }
}
