using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Intervals;

/// <summary>Readers without a lock beside a writer.</summary>
public sealed unsafe class IntervalMapReaderTests
{
    private const int Slots = 4096;
    private const ulong Stride = 64;

    /// <summary>
    /// Slot i spans [i * Stride, i * Stride + Stride - 1]. Every eighth slot's range stays; the others come and go. What a reader may see
    /// of slot i is bounded by the slot's history: the writer counts <c>_begun</c> before and <c>_done</c> after each change, odd = present.
    /// </summary>
    private sealed class Writer(IntervalMap<Tag> map, IntervalMap<Tag> other, int seed)
    {
        public readonly int[] Begun = new int[Slots];
        public readonly int[] Done = new int[Slots];
        public readonly ulong[] Lengths = new ulong[Slots];
        private readonly Random _random = new(seed);

        public static bool IsFixed(int slot) => slot % 8 == 0;

        public void Add(int slot)
        {
            ulong start = (ulong)slot * Stride + (IsFixed(slot) ? 0 : (ulong)_random.Next(8));
            ulong last = start + (IsFixed(slot) ? Stride - 1 : (ulong)_random.Next(8, 56));
            Volatile.Write(ref Begun[slot], Begun[slot] + 1);
            Assert.True(map.TryAdd(start, last, Tag.Of(start, last)));
            Lengths[slot] = start;
            Volatile.Write(ref Done[slot], Begun[slot]);
        }

        public void Remove(int slot)
        {
            Volatile.Write(ref Begun[slot], Begun[slot] + 1);
            Assert.True(map.Remove(Lengths[slot], out ulong last, out Tag value));
            Assert.Equal(Tag.Of(Lengths[slot], last), value);
            Volatile.Write(ref Done[slot], Begun[slot]);
        }

        /// <summary>
        /// Bursts over neighbouring slots, so that leaves and branches fill, split, empty and merge; and the other map takes the nodes that
        /// this one leaves, and gives them back.
        /// </summary>
        public void Run(Func<bool> goOn)
        {
            while (goOn())
            {
                Borrow(_random.Next(300));
                int from = _random.Next(Slots), length = _random.Next(1, 600);
                bool add = _random.Next(2) == 0;
                for (int slot = from; slot < Math.Min(from + length, Slots) && goOn(); slot++)
                {
                    if (!IsFixed(slot) && (Begun[slot] & 1) == (add ? 0 : 1))
                    {
                        if (add)
                            Add(slot);
                        else
                            Remove(slot);
                    }
                }
            }
        }

        /// <summary>The other map grows and is emptied. No reader looks there, so none may ever see these values.</summary>
        private void Borrow(int ranges)
        {
            for (int i = 0; i < ranges; i++)
                Assert.True(other.TryAdd((ulong)i * Stride, (ulong)i * Stride + Stride - 1, default));
            for (int i = 0; i < ranges; i++)
                Assert.True(other.Remove((ulong)i * Stride, out _, out _));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Readers_see_whole_ranges_that_were_there_while_they_looked(bool many)
    {
        NodePool<Tag> nodes = new();
        IntervalMap<Tag> map = new(nodes);
        Writer writer = new(map, new IntervalMap<Tag>(nodes), 42);
        for (int slot = 0; slot < Slots; slot += 8)
            writer.Add(slot);
        using CancellationTokenSource stop = new();
        Exception? failure = null;
        long reads = 0;
        const long enough = 1_500_000;
        Thread[] readers = new Thread[2];
        for (int n = 0; n < readers.Length; n++)
        {
            int seed = n;
            readers[n] = new Thread(() =>
            {
                try
                {
                    Read(map, writer, seed, many, () => !stop.IsCancellationRequested, ref reads);
                }
                catch (Exception e)
                {
                    failure = e;
                    stop.Cancel();
                }
            });
            readers[n].Start();
        }
        try
        {
            writer.Run(() => !stop.IsCancellationRequested && Interlocked.Read(ref reads) < enough);
        }
        finally
        {
            stop.Cancel();
            foreach (Thread reader in readers)
                reader.Join();
        }
        Assert.Null(failure);
        TreeChecker.Check(map);
    }

    private static void Read(IntervalMap<Tag> map, Writer writer, int seed, bool many, Func<bool> goOn, ref long reads)
    {
        Random random = new(seed);
        const int batch = 24;
        int[] slots = new int[batch], done = new int[batch];
        ulong[] addresses = new ulong[batch];
        var results = new Interval<Tag>[batch];
        while (goOn())
        {
            for (int i = 0; i < batch; i++)
            {
                slots[i] = random.Next(Slots);
                addresses[i] = (ulong)slots[i] * Stride + (ulong)random.Next((int)Stride);
            }
            if (many)
            {
                for (int i = 0; i < batch; i++)
                    done[i] = Volatile.Read(ref writer.Done[slots[i]]);
                map.FindMany(addresses, results);
                for (int i = 0; i < batch; i++)
                    Judge(writer, slots[i], addresses[i], done[i], results[i]);
            }
            else
            {
                for (int i = 0; i < batch; i++)
                {
                    int before = Volatile.Read(ref writer.Done[slots[i]]);
                    bool found = map.TryFind(addresses[i], out ulong start, out ulong last, out Tag value);
                    Judge(writer, slots[i], addresses[i], before, found ? new(start, last, value) : new(1, 0, default));
                }
            }
            Interlocked.Add(ref reads, batch);
        }
    }

    private static void Judge(Writer writer, int slot, ulong address, int done, in Interval<Tag> seen)
    {
        int begun = Volatile.Read(ref writer.Begun[slot]);
        if (!seen.IsNone)
        {
            Assert.True(seen.Start <= address && address <= seen.Last, "a range that does not hold the address");
            Assert.Equal(Tag.Of(seen.Start, seen.Last), seen.Value);
            Assert.True((done & 1) == 1 || begun > done, "a range that had been removed");
        }
        else
            Assert.False(Writer.IsFixed(slot), "a range that was there all the time was missed");
    }

    [Fact]
    public void A_reader_gets_through_while_the_writer_never_rests()
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        map.TryAdd(0, 9, Tag.Of(0, 9));
        bool stop = false;
        Thread writer = new(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                map.TryAdd(20, 29, Tag.Of(20, 29));
                map.Remove(20, out _, out _);
            }
        });
        writer.Start();
        for (int i = 0; i < 200_000; i++)
        {
            Assert.True(map.TryFind(5, out ulong start, out ulong last, out Tag value));
            Assert.Equal((0ul, 9ul, Tag.Of(0, 9)), (start, last, value));
        }
        Volatile.Write(ref stop, true);
        writer.Join();
    }

    [Fact]
    public void A_reader_waits_out_a_change_and_then_sees_its_result()
    {
        IntervalMap<Tag> map = new(new NodePool<Tag>());
        map.TryAdd(0, 9, Tag.Of(0, 9));
        map.TryAdd(20, 29, Tag.Of(20, 29));
        var leaf = (Leaf<Tag>*)map.Root;
        leaf->Begin();
        bool found = true;
        Thread reader = new(() => found = map.TryFind(5, out _, out _, out _));
        reader.Start();
        while (!map.HasWaitingReaders)
            Thread.Yield();
        leaf->RemoveAt(0);
        leaf->End();
        reader.Join();
        Assert.False(found);
        Assert.False(map.HasWaitingReaders);
    }
}
