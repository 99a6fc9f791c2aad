using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed partial class IntervalMap<TValue>
{
    /// <summary>Addresses that go down the tree side by side, so that the processor waits for memory for all of them at once.</summary>
    private const int Lanes = 8;

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
        if (_root is Branch)
        {
            for (; done + Lanes <= addresses.Length; done += Lanes)
                FindLanes(addresses.Slice(done, Lanes), done, ref sink);
        }
        for (; done < addresses.Length; done++)
            FindOne(addresses[done], done, ref sink);
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

    /// <summary>
    /// As <see cref="TryFind"/>, each step for all lanes before the next step. The lanes are locals because a node stored to an array, even
    /// one on the stack, costs a write barrier; that was a third of the time.
    /// </summary>
    private void FindLanes<TSink>(ReadOnlySpan<ulong> addresses, int index, ref TSink sink)
        where TSink : struct, IIntervalSink<TValue>, allows ref struct
    {
        long structure = _structure.Read();
        Node? n0 = Volatile.Read(ref _root), n1 = n0, n2 = n0, n3 = n0, n4 = n0, n5 = n0, n6 = n0, n7 = n0;
        for (int level = _height; level > 0; level--)
        {
            n0 = ChildFor(n0, addresses[0]);
            n1 = ChildFor(n1, addresses[1]);
            n2 = ChildFor(n2, addresses[2]);
            n3 = ChildFor(n3, addresses[3]);
            n4 = ChildFor(n4, addresses[4]);
            n5 = ChildFor(n5, addresses[5]);
            n6 = ChildFor(n6, addresses[6]);
            n7 = ChildFor(n7, addresses[7]);
        }
        long v0 = Enter(n0, addresses[0], out int p0);
        long v1 = Enter(n1, addresses[1], out int p1);
        long v2 = Enter(n2, addresses[2], out int p2);
        long v3 = Enter(n3, addresses[3], out int p3);
        long v4 = Enter(n4, addresses[4], out int p4);
        long v5 = Enter(n5, addresses[5], out int p5);
        long v6 = Enter(n6, addresses[6], out int p6);
        long v7 = Enter(n7, addresses[7], out int p7);
        // These were the right leaves, at the versions noted, if the structure has not moved.
        bool right = _structure.IsStill(structure);
        Leave(n0, right, v0, p0, addresses[0], index, ref sink);
        Leave(n1, right, v1, p1, addresses[1], index + 1, ref sink);
        Leave(n2, right, v2, p2, addresses[2], index + 2, ref sink);
        Leave(n3, right, v3, p3, addresses[3], index + 3, ref sink);
        Leave(n4, right, v4, p4, addresses[4], index + 4, ref sink);
        Leave(n5, right, v5, p5, addresses[5], index + 5, ref sink);
        Leave(n6, right, v6, p6, addresses[6], index + 6, ref sink);
        Leave(n7, right, v7, p7, addresses[7], index + 7, ref sink);
    }

    /// <summary>One level down; null when a half-changed tree shows itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Node? ChildFor(Node? node, ulong address)
    {
        if (node is not Branch branch || branch.ChildFor(address) is not { } child)
            return null;
        child.Prefetch();
        return child;
    }

    /// <summary>The leaf's version, and the position at which, as of this version, the address can be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Enter(Node? node, ulong address, out int position)
    {
        if (node is not FullLeaf<TValue> leaf)
        {
            position = 0;
            return 0;
        }
        long version = leaf.Version.Read();
        position = leaf.Search(address);
        leaf.Prefetch(position);
        return version;
    }

    /// <summary>Reads the range out of the leaf and hands it over, if all that was seen on the way belongs together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leave<TSink>(Node? node, bool right, long version, int position, ulong address, int index, ref TSink sink)
        where TSink : struct, IIntervalSink<TValue>, allows ref struct
    {
        if (right && node is FullLeaf<TValue> leaf)
        {
            Outcome outcome = Read(leaf, position, version, address, out ulong start, out ulong last, out TValue value);
            if (outcome == Outcome.Found)
            {
                sink.Found(index, start, last, in value);
                return;
            }
            if (outcome == Outcome.Missing)
            {
                sink.Missing(index);
                return;
            }
        }
        FindOne(address, index, ref sink);
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
