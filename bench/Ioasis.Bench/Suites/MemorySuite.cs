using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Queues;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Bench.Suites;

/// <summary>How much memory an object takes, and that a million times of everything leaves nothing behind.</summary>
internal static class MemorySuite
{
    private const int Many = 100_000, Million = 1_000_000;

    /// <summary>What may be left: the runtime itself comes and goes by so much.</summary>
    private static readonly Goal s_nothing = Goal.AtMost(4096);

    public static IEnumerable<Trial> Trials() =>
    [
        new("memory/objects", Objects) { IsLong = true },
        new("memory/devices", Devices),
        new("memory/queues", Queues),
        new("memory/growth", Growth) { IsLong = true },
        new("memory/growth/faults", Faults) { IsLong = true },
    ];

    private static void Objects(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        CallPasids rig = new(memory);
        Ioas[] spaces = new Ioas[Many];
        PageTable[] tables = new PageTable[Many];
        session.Add("space", "an empty IOAS", "bytes", HeldMemory.Each(Many, i => spaces[i] = rig.AllocateSpace()));
        session.Add("mapped", "its first area", "bytes", HeldMemory.Each(Many, i => rig.Map(spaces[i])));
        session.Add("table", "a HWPT", "bytes", HeldMemory.Each(Many, i => tables[i] = rig.AllocateTable(spaces[i])));
        session.Add("attachment", "an attachment of a PASID", "bytes", HeldMemory.Each(Many, i => rig.Attach((uint)i + 1, tables[i])));
        rig.Close();
        using Rig one = new(memory, attached: false);
        session.Add("area", "an area among 1,000,000", "bytes", HeldMemory.Each(Million, i => one.Map((ulong)i * 2 * Rig.Page, Rig.Page)));
    }

    private static void Devices(Session session)
    {
        const int count = 10_000;
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: false);
        PhysicalDevice[] devices = new PhysicalDevice[count];
        BoundDevice[] bound = new BoundDevice[count];
        DmaPort[] ports = new DmaPort[count];
        session.Add("device", "a device of the machine, and its group", "bytes", HeldMemory.Each(count, i => devices[i] = rig.NewDevice(i + 1)));
        session.Add("bound", "a bound device", "bytes", HeldMemory.Each(count, i => bound[i] = rig.Bind(devices[i])));
        session.Add("attached", "its attachment", "bytes", HeldMemory.Each(count, i => Rig.Attach(bound[i], rig.Space)));
        session.Add("port", "a DMA port with its IOTLB", "bytes", HeldMemory.Each(100, i => ports[i] = devices[0].OpenPort()));
        GC.KeepAlive(ports);
        foreach (BoundDevice one in bound)
            one.Unbind();
    }

    /// <summary>What waits in queues.</summary>
    private static void Queues(Session session)
    {
        using (FaultDesk desk = new())
        {
            session.Add("request", "a page request that waits to be read", "bytes", HeldMemory.Each(Many, _ => desk.Request()));
            session.Add("unanswered", "more, when it was read and waits for its answer", "bytes", HeldMemory.Each(Many, _ => desk.Take()));
        }

        using (EventDesk desk = new(Many))
            session.Add("event", "an event in a vEVENTQ", "bytes", HeldMemory.Each(Many, _ => desk.Send()));
        DmaFaultLog[] logs = new DmaFaultLog[1000];
        double log = HeldMemory.Each(logs.Length, i => logs[i] = new DmaFaultLog());
        GC.KeepAlive(logs);
        session.Add("abort", $"the record of an aborted DMA; each device keeps {DmaFaultLog.Capacity}", "bytes", log / DmaFaultLog.Capacity);
    }

    private static void Growth(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        session.Add("map", "held after 1,000,000 maps and unmaps", "bytes", HeldMemory.Grown(i =>
        {
            rig.Map((ulong)(i & 0xffff) * 2 * Rig.Page, Rig.Page);
            rig.Unmap((ulong)(i & 0xffff) * 2 * Rig.Page, Rig.Page);
        }), s_nothing);
        IommuSystem system = new();
        session.Add("open", "held after 1,000,000 opens and closes", "bytes", HeldMemory.Grown(_ =>
        {
            IommuContext context = new(system);
            context.Publish(context.AllocateSpace());
            context.Release();
        }), s_nothing);
    }

    private static void Faults(Session session)
    {
        using FaultDesk desk = new();
        session.Add("requests", "held after 1,000,000 page requests, read and answered", "bytes", HeldMemory.Grown(_ =>
        {
            desk.Request();
            desk.Queue.Answer(desk.Take().Cookie, PageResponse.Success);
        }), s_nothing);
        using BenchMemory memory = new(1 << 20);
        using Rig rig = new(memory, attached: true);
        DmaPort port = rig.Device.OpenPort();
        byte[] bytes = new byte[64];
        session.Add("aborts", "held after 1,000,000 aborted DMAs", "bytes", HeldMemory.Grown(i => port.Read(new Iova((ulong)i * Rig.Page), bytes)), s_nothing);
        using EventDesk events = new(64);
        session.Add("events", "held after 1,000,000 events, read", "bytes", HeldMemory.Grown(_ =>
        {
            events.Send();
            events.Queue.TryTake(out VirtualEvent taken);
            events.Queue.Done(in taken);
        }), s_nothing);
    }
}
