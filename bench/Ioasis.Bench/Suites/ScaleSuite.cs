using System.Diagnostics;
using Ioasis.Abi;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Suites;

/// <summary>One descriptor, one device, 1,048,576 PASIDs, each attached to its own address space with one mapping.</summary>
internal static class ScaleSuite
{
    private const int Spaces = 1 << Pasid.Bits;

    public static IEnumerable<Trial> Trials() => [new("scale/pasids", Build) { IsLong = true }];

    private static void Build(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        IommuSystem system = new();
        IommuContext context = new(system);
        PhysicalDevice device = new("wide", new RequesterId(1, 0, 0), new IommuGroup(system, 0, new MockIommu("mock0")), [])
        {
            PasidBits = Pasid.Bits, BusMaster = true,
        };
        Reason why = default;
        Rig.Must(context.Bind(device, out BoundDevice? bound, ref why), in why);
        long before = GC.GetTotalMemory(true);
        long begun = Stopwatch.GetTimestamp();
        for (uint i = 1; i < Spaces; i++)
            Add(context, bound!, memory, i);
        double each = Stopwatch.GetElapsedTime(begun).TotalNanoseconds / (Spaces - 1);
        double bytes = (GC.GetTotalMemory(true) - before) / (double)(Spaces - 1);
        session.Add("setup", "address space, map, HWPT and attach of a PASID, 1,048,575 of them", "ns each", each, Goal.AtMost(1000));
        session.Add("bytes", "the same, memory", "bytes each", bytes, Goal.AtMost(512));

        DmaPort port = device.OpenPort();
        ulong[] pasids = new ulong[1 << 14];
        Random random = new(1);
        foreach (ref ulong pasid in pasids.AsSpan())
            pasid = (ulong)random.Next(1, Spaces);
        double[] best = session.BestOf(pasids.Length, () => Translate(port, pasids, one: true), () => Translate(port, pasids, one: false));
        session.Add("same", "translate with the same PASID, among 1,048,575", "ns", best[0], Goal.AtMost(3));
        session.Add("random", "translate with a random PASID, among 1,048,575", "ns", best[1]);

        begun = Stopwatch.GetTimestamp();
        bound!.Unbind();
        context.Release();
        session.Add("close", "close of all that", "ns an object", Stopwatch.GetElapsedTime(begun).TotalNanoseconds / (2 * Spaces), Goal.AtMost(100));
    }

    private static void Add(IommuContext context, BoundDevice bound, BenchMemory memory, uint pasid)
    {
        Reason why = default;
        Ioas space = context.AllocateSpace();
        context.Publish(space);
        Rig.Must(context.Map(space.Id, memory, memory.At(0), Rig.Page, new Iova(MockFormat.ApertureFirst), AreaAccess.ReadWrite, false, out _, ref why), in why);
        Rig.Must(context.AllocateTable(bound.Id, space.Id, iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID, default, default, out PageTable? table, ref why), in why);
        context.Publish(table!);
        ObjectId id = table!.Id;
        Rig.Must(bound.Attach(new Pasid(pasid), ref id, ref why), in why);
    }

    private static void Translate(DmaPort port, ulong[] pasids, bool one)
    {
        using DmaSection section = port.Enter();
        Reason why = default;
        foreach (ulong pasid in pasids)
        {
            if (!section.TryTranslate(new Pasid(one ? 77 : (uint)pasid), new Iova(MockFormat.ApertureFirst), AreaAccess.Read, out _, out _, ref why))
                throw new InvalidOperationException(why.ToString());
        }
    }
}
