using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;

namespace Ioasis.Bench.Suites;

/// <summary>Copies by DMA in this process beside memcpy, and by two threads beside one.</summary>
internal static class DmaSuite
{
    private const ulong Mapped = 64 << 20;

    public static IEnumerable<Trial> Trials()
    {
        foreach ((int size, int range) in new[] { (64, 64), (4096, 4096), (4096, 16 << 20), (2 << 20, 2 << 20), (2 << 20, 64 << 20) })
        {
            foreach (bool write in new[] { false, true })
                yield return new Trial($"dma/{(write ? "write" : "read")}/{size}/{range}", session => Copy(session, size, range, write));
        }

        foreach (int range in new[] { 1 << 18, 16 << 20 })
        {
            foreach (bool write in new[] { false, true })
                yield return new Trial($"dma/{(write ? "scatter" : "gather")}/4096/{range}", session => List(session, 4096, range, write));
        }

        yield return new Trial("dma/threads", TwoThreads);
    }

    private static Goal? GoalOf(int size) => size switch
    {
        4096 => Goal.AtLeastSpeed(0.90),
        2 << 20 => Goal.AtLeastSpeed(0.95),
        _ => null,
    };

    private static void Copy(Session session, int size, int range, bool write)
    {
        using BenchMemory memory = new(Mapped);
        using Rig rig = new(memory, attached: true);
        rig.Map(0, Mapped);
        DmaPort port = rig.Device.OpenPort();
        using BenchMemory local = new((ulong)size); // of the same alignment for both
        ulong mask = (ulong)range - 1;
        int count = Math.Max(range / size, Math.Min((1 << 18) / size, 256));
        double[] best = session.BestOfEach(count, () =>
        {
            for (int i = 0; i < count; i++)
            {
                Iova at = new((ulong)i * (ulong)size & mask);
                if (!(write ? port.Write(at, local.Bytes(0, size)) : port.Read(at, local.Bytes(0, size))))
                    throw new InvalidOperationException("aborted");
            }
        }, () =>
        {
            for (int i = 0; i < count; i++)
            {
                Span<byte> there = memory.Bytes((ulong)i * (ulong)size & mask, size);
                if (write)
                    local.Bytes(0, size).CopyTo(there);
                else
                    there.CopyTo(local.Bytes(0, size));
            }
        });
        string text = $"DMA {(write ? "write" : "read")} of {Sizes.Text(size)}{(range > size ? $" over {Sizes.Text(range)}" : ", hot")}";
        session.Add("", text, "ns", best[0], GoalOf(size), new Yardstick("memcpy", best[1]));
    }

    /// <summary>As <see cref="Copy"/>, but the device has lists of pieces, as drivers give them, and a buffer for each list.</summary>
    private static void List(Session session, int size, int range, bool write)
    {
        const int pieces = 32;
        using BenchMemory memory = new(Mapped);
        using Rig rig = new(memory, attached: true);
        rig.Map(0, Mapped);
        DmaPort port = rig.Device.OpenPort();
        using BenchMemory local = new((ulong)(size * pieces));
        DmaSegment[] all = [.. Enumerable.Range(0, range / size).Select(i => new DmaSegment(new Iova((ulong)i * (ulong)size), size))];
        double[] best = session.BestOfEach(all.Length, () =>
        {
            for (int i = 0; i < all.Length; i += pieces)
            {
                ReadOnlySpan<DmaSegment> list = all.AsSpan(i, pieces);
                Span<byte> here = local.Bytes(0, size * pieces);
                if (!(write ? port.Scatter(Pasid.None, list, here) : port.Gather(Pasid.None, list, here)))
                    throw new InvalidOperationException("aborted");
            }
        }, () =>
        {
            for (int i = 0; i < all.Length; i++)
            {
                Span<byte> there = memory.Bytes(all[i].Iova.Value, size), here = local.Bytes((ulong)(i % pieces * size), size);
                if (write)
                    here.CopyTo(there);
                else
                    there.CopyTo(here);
            }
        });
        string text = $"DMA {(write ? "write" : "read")} of {Sizes.Text(size)} over {Sizes.Text(range)}, lists of {pieces}";
        session.Add("", text, "ns", best[0], GoalOf(size), new Yardstick("memcpy", best[1]));
    }

    /// <summary>Each thread has a port of its own, as each engine of a device has; both read through one address space.</summary>
    private static void TwoThreads(Session session)
    {
        if (Environment.ProcessorCount < 2)
        {
            session.Skip("", "DMA by two threads against one", "one processor");
            return;
        }

        using BenchMemory memory = new(Mapped);
        using Rig rig = new(memory, attached: true);
        rig.Map(0, Mapped);
        DmaPort[] ports = [rig.Device.OpenPort(), rig.Device.OpenPort()];
        double one = 0, two = 0;
        for (int round = 0; round < (session.Quick ? 12 : 60); round++)
        {
            one = Math.Max(one, Reads(ports[..1]));
            two = Math.Max(two, Reads(ports));
        }

        session.Add("", "DMA by two threads over one, 64 bytes each", "×", two / one, Goal.AtLeast(1.8));
    }

    /// <summary>Reads a microsecond, of all threads together.</summary>
    private static double Reads(DmaPort[] ports)
    {
        const int reads = 1 << 18;
        using Barrier start = new(ports.Length);
        long[] begun = new long[ports.Length], ended = new long[ports.Length];
        Thread[] threads = [.. ports.Select((port, i) => new Thread(() =>
        {
            Processors.Pin(i);
            byte[] into = new byte[64];
            start.SignalAndWait();
            begun[i] = Clock.Now;
            for (int read = 0; read < reads; read++)
                port.Read(new Iova((ulong)(i * (32 << 20)) + (ulong)(read & 0xffff) * 64), into);
            ended[i] = Clock.Now;
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return ports.Length * reads / (Clock.Between(begun.Min(), ended.Max()) / 1000);
    }
}
