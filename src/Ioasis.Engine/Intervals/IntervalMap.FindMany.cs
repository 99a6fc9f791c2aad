using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed unsafe partial class IntervalMap<TValue>
{
    /// <summary>Addresses that go down the tree side by side, so that the processor waits for memory for all of them at once.</summary>
    private const int Lanes = 16;

    /// <summary>
    /// The ranges that hold <paramref name="addresses"/>. Any thread, at any time; each address is looked up at a moment of its own. Faster
    /// than one call each, the more so the larger the map.
    /// </summary>
    /// <param name="addresses">The addresses looked for.</param>
    /// <param name="sink">Is told each address's range, or that there is none, in the order of the addresses.</param>
    public void FindMany<TSink>(ReadOnlySpan<ulong> addresses, ref TSink sink)
        where TSink : struct, IIntervalSink<TValue>, allows ref struct
    {
        int done = 0;
        for (; done + Lanes <= addresses.Length; done += Lanes)
            FindLanes(addresses.Slice(done, Lanes), done, ref sink);
        for (; done < addresses.Length; done++)
            FindOne(addresses[done], done, ref sink);
        GC.KeepAlive(this);
    }

    /// <summary>As the other, with results in a row: one each, <see cref="Interval{TValue}.IsNone"/> where no range holds the address.</summary>
    /// <returns>How many were found.</returns>
    public int FindMany(ReadOnlySpan<ulong> addresses, Span<Interval<TValue>> results)
    {
        RowSink sink = new() { Results = results[..addresses.Length] };
        FindMany(addresses, ref sink);
        return sink.Count;
    }

    private void FindOne<TSink>(ulong address, int index, ref TSink sink)
        where TSink : struct, IIntervalSink<TValue>, allows ref struct
    {
        if (TryFind(address, out ulong start, out ulong last, out TValue value))
            sink.Found(index, start, last, in value);
        else
            sink.Missing(index);
    }

    /// <summary>As <see cref="TryFind"/>, each step for all lanes before the next step.</summary>
    [SkipLocalsInit]
    private void FindLanes<TSink>(ReadOnlySpan<ulong> addresses, int index, ref TSink sink)
        where TSink : struct, IIntervalSink<TValue>, allows ref struct
    {
        nint* nodes = stackalloc nint[Lanes];
        long* versions = stackalloc long[Lanes];
        int* positions = stackalloc int[Lanes];
        fixed (ulong* wanted = addresses)
        {
            long structure = _structure.Read();
            nuint root = Volatile.Read(ref _root);
            if (root == 0)
            {
                for (int lane = 0; lane < Lanes; lane++)
                    FindOne(wanted[lane], index + lane, ref sink);
                return;
            }

            for (int lane = 0; lane < Lanes; lane++)
                nodes[lane] = (nint)NodeOf(root);
            for (int level = HeightOf(root); level > 1; level--)
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    void* child = ((Branch*)nodes[lane])->ChildFor(wanted[lane]);
                    Branch.Prefetch(child);
                    nodes[lane] = (nint)child;
                }
            }

            if (HeightOf(root) != 0)
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    void* child = ((Branch*)nodes[lane])->ChildFor(wanted[lane]);
                    Leaf<TValue>.PrefetchEnds((Leaf<TValue>*)child);
                    nodes[lane] = (nint)child;
                }
            }

            for (int lane = 0; lane < Lanes; lane++)
            {
                var leaf = (Leaf<TValue>*)nodes[lane];
                versions[lane] = leaf->Read();
                positions[lane] = leaf->Search(wanted[lane]);
                Leaf<TValue>.PrefetchEntry(leaf, positions[lane]);
            }

            // These were the right leaves, at the versions noted, if the structure has not moved.
            bool right = _structure.IsStill(structure);
            for (int lane = 0; lane < Lanes; lane++)
            {
                Outcome outcome = Outcome.Disturbed;
                ulong start = 0, last = 0;
                TValue value = default;
                if (right)
                    outcome = Read((Leaf<TValue>*)nodes[lane], positions[lane], versions[lane], wanted[lane], out start, out last, out value);
                if (outcome == Outcome.Found)
                    sink.Found(index + lane, start, last, in value);
                else if (outcome == Outcome.Missing)
                    sink.Missing(index + lane);
                else
                    FindOne(wanted[lane], index + lane, ref sink);
            }
        }
    }

    private ref struct RowSink : IIntervalSink<TValue>
    {
        public Span<Interval<TValue>> Results;
        public int Count;

        public void Found(int index, ulong start, ulong last, in TValue value)
        {
            Results[index] = new Interval<TValue>(start, last, in value);
            Count++;
        }

        public readonly void Missing(int index) => Results[index] = new Interval<TValue>(1, 0, default);
    }
}
