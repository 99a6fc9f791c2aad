using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Bench.Engine;

/// <summary>
/// The engine's calls whole: locks, checks, reasons, accounting and permissions included. Map and unmap with 1 to 100,000
/// areas, attached and not; automatic IOVAs in the worst case; translation; copies beside memcpy.
/// </summary>
internal static class SpaceSuite
{
    private const ulong Page = 4096, Stride = 4 * Page;
    private const int Batch = 1024;

    public static void Run()
    {
        using BenchMemory memory = new(64ul << 20);
        Console.WriteLine("address space: ns an operation (SortedDictionary: add and remove alone)");
        Console.WriteLine($"{"areas",9} {"attached",-9} {"map",7} {"unmap",7} {"same",7} {"random",7} {"auto worst",10} {"dict. add",9} {"remove",7}");
        MapUnmapOne(memory); // not shown: the first round of all compiles the engine
        foreach (int areas in new[] { 1, 10_000, 100_000 })
        {
            MapUnmap(memory, areas, attached: false);
            MapUnmap(memory, areas, attached: true);
        }

        Sections(memory);
        Copies(memory);
    }

    private static void MapUnmap(BenchMemory memory, int areas, bool attached)
    {
        (IommuContext context, Ioas space, PhysicalDevice device) = Open(attached);
        Reason why = default;
        for (int i = 0; i < areas - 1; i++)
            Must(context.Map(space.Id, memory, memory.At(0), Page, new Iova((ulong)i * Stride), AreaAccess.ReadWrite, false, out _, ref why), why);

        int fresh = areas == 1 ? 1 : Batch;
        ulong[] places = [.. Enumerable.Range(0, fresh).Select(i => areas == 1 ? 0 : (ulong)((long)i * 7919 % areas) * Stride + 2 * Page)];
        double[] best = areas == 1 ? MapUnmapOne(context, space, memory) : Stopwatches.BestOf(fresh, () =>
        {
            Reason inner = default;
            foreach (ulong place in places)
                Must(context.Map(space.Id, memory, memory.At(0), Page, new Iova(place), AreaAccess.ReadWrite, false, out _, ref inner), inner);
        }, () =>
        {
            Reason inner = default;
            foreach (ulong place in places)
                Must(context.Unmap(space.Id, new Iova(place), Page, out _, ref inner), inner);
        });

        (double same, double random) = attached ? Translate(device, areas) : (double.NaN, double.NaN);
        double worst = Stopwatches.Best(Batch, () =>
        {
            Reason inner = default;
            for (int i = 0; i < Batch; i++)
            {
                // Holes are three pages: four fit nowhere but behind the last.
                Must(context.Map(space.Id, memory, memory.At(0), 4 * Page, null, AreaAccess.ReadWrite, false, out Iova placed, ref inner), inner);
                Must(context.Unmap(space.Id, placed, 4 * Page, out _, ref inner), inner);
            }
        });
        (double add, double remove) = attached ? (double.NaN, double.NaN) : Dictionary(areas, places);
        Console.WriteLine(
            $"{areas,9} {(attached ? "yes" : "no"),-9} {best[0],7:f1} {best[1],7:f1} {same,7:f1} {random,7:f1} {worst - best[1],10:f1} {add,9:f1} {remove,7:f1}");
    }

    private static void MapUnmapOne(BenchMemory memory)
    {
        (IommuContext context, Ioas space, _) = Open(attached: true);
        MapUnmapOne(context, space, memory);
    }

    private static double[] MapUnmapOne(IommuContext context, Ioas space, BenchMemory memory)
    {
        // A thousand address spaces, each with one area: a round of maps, then a round of unmaps.
        Ioas[] spaces = new Ioas[Batch];
        for (int i = 0; i < Batch; i++)
        {
            spaces[i] = i == 0 ? space : context.AllocateSpace();
            if (i != 0)
                context.Publish(spaces[i]);
        }

        double[] best = Stopwatches.BestOf(Batch, () =>
        {
            Reason why = default;
            foreach (Ioas one in spaces)
                Must(context.Map(one.Id, memory, memory.At(0), Page, new Iova(Page), AreaAccess.ReadWrite, false, out _, ref why), why);
        }, () =>
        {
            Reason why = default;
            foreach (Ioas one in spaces)
                Must(context.Unmap(one.Id, new Iova(Page), Page, out _, ref why), why);
        });
        Reason again = default;
        Must(context.Map(space.Id, memory, memory.At(0), Page, new Iova(0), AreaAccess.ReadWrite, false, out _, ref again), again);
        return best;
    }

    private static (double Same, double Random) Translate(PhysicalDevice device, int areas)
    {
        DmaPort port = device.OpenPort();
        ulong[] order = new ulong[1 << 14];
        Random random = new(5);
        int mapped = Math.Max(areas - 1, 1);
        for (int i = 0; i < order.Length; i++)
            order[i] = (ulong)random.Next(mapped) * Stride;
        double Run(ulong[] addresses) => Stopwatches.Best(addresses.Length, () =>
        {
            using DmaSection section = port.Enter();
            Reason why = default;
            ulong sum = 0;
            foreach (ulong address in addresses)
            {
                if (!section.TryTranslate(new Iova(address + (sum & 7)), AreaAccess.Read, out HostAddress at, out _, ref why))
                    throw new InvalidOperationException(why.ToString());
                sum = at.Value;
            }
        });
        return (Run([.. Enumerable.Repeat(0ul, 1 << 14)]), Run(order));
    }

    private static void Sections(BenchMemory memory)
    {
        (IommuContext context, Ioas space, PhysicalDevice device) = Open(attached: true);
        Reason why = default;
        Must(context.Map(space.Id, memory, memory.At(0), 64ul << 20, new Iova(0), AreaAccess.ReadWrite, false, out _, ref why), why);
        DmaPort port = device.OpenPort();
        double section = Stopwatches.Best(Batch, () =>
        {
            for (int i = 0; i < Batch; i++)
                port.Enter().Dispose();
        });
        Console.WriteLine($"DMA section, entry and exit: {section:f1}");
    }

    private static void Copies(BenchMemory memory)
    {
        (IommuContext context, Ioas space, PhysicalDevice device) = Open(attached: true);
        Reason why = default;
        Must(context.Map(space.Id, memory, memory.At(0), 64ul << 20, new Iova(0), AreaAccess.ReadWrite, false, out _, ref why), why);
        DmaPort port = device.OpenPort();
        foreach ((int size, int range) in new[] { (4096, 4096), (4096, 16 << 20), (2 << 20, 2 << 20) })
        {
            byte[] into = new byte[size];
            int count = Math.Max(range / size, (1 << 20) / size);
            double bare = Stopwatches.Best(count, () =>
            {
                for (int i = 0; i < count; i++)
                    memory.Bytes((ulong)(i * (long)size % range), size).CopyTo(into);
            });
            double dma = Stopwatches.Best(count, () =>
            {
                for (int i = 0; i < count; i++)
                {
                    if (!port.Read(new Iova((ulong)(i * (long)size % range)), into))
                        throw new InvalidOperationException("aborted");
                }
            });
            Console.WriteLine($"copy of {size} bytes over {range >> 10} KiB: memcpy {bare:f0}, DMA {dma:f0}: {bare / dma:p0} of memcpy");
        }
    }

    private static (double Add, double Remove) Dictionary(int areas, ulong[] places)
    {
        SortedDictionary<ulong, (ulong, object)> map = [];
        for (int i = 0; i < areas - 1; i++)
            map.Add((ulong)i * Stride, (Page, map));
        double[] best = Stopwatches.BestOf(places.Length, () =>
        {
            foreach (ulong place in places)
                map.Add(place, (Page, map));
        }, () =>
        {
            foreach (ulong place in places)
                map.Remove(place);
        });
        return (best[0], best[1]);
    }

    private static (IommuContext Context, Ioas Space, PhysicalDevice Device) Open(bool attached)
    {
        IommuSystem system = new();
        IommuContext context = new(system);
        Ioas space = context.AllocateSpace();
        context.Publish(space);
        IommuGroup group = new(system, 0, new Iommu("dmar0", IommuType.Vtd) { Aperture = new AddressRange(0, (1ul << 47) - 1) });
        PhysicalDevice device = new("0000:00:10.0", new RequesterId(0, 16, 0), group, []) { BusMaster = true };
        if (attached)
        {
            Reason why = default;
            Must(context.Bind(device, out BoundDevice? bound, ref why), why);
            ObjectId id = space.Id;
            Must(bound!.AttachOrReplace(Pasid.None, ref id, ref why), why);
        }

        return (context, space, device);
    }

    private static void Must(Errno errno, in Reason why)
    {
        if (errno.Failed)
            throw new InvalidOperationException($"{errno}: {why}");
    }
}
