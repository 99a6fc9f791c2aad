using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed unsafe partial class IntervalMap<TValue>
{
    /// <summary>Failed attempts after which a reader asks the writer to wait.</summary>
    private const int PatientAttempts = 20;

    private enum Outcome
    {
        Missing,
        Found,
        Disturbed,
    }

    /// <summary>The range that holds <paramref name="address"/>. Any thread, at any time.</summary>
    /// <param name="address">The address looked for.</param>
    /// <param name="start">Its range's first address.</param>
    /// <param name="last">Its range's last address, inclusive.</param>
    /// <param name="value">Its range's value.</param>
    /// <returns>False when no range holds the address; the outputs then mean nothing.</returns>
    public bool TryFind(ulong address, out ulong start, out ulong last, out TValue value)
    {
        Outcome outcome = Attempt(address, out start, out last, out value);
        bool found = outcome == Outcome.Disturbed ? Insist(address, out start, out last, out value) : outcome == Outcome.Found;
        GC.KeepAlive(this); // and with it the nodes
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outcome Attempt(ulong address, out ulong start, out ulong last, out TValue value)
    {
        long structure = _structure.Read();
        nuint root = Volatile.Read(ref _root);
        if (root == 0)
            return AttemptOnly(structure, address, out start, out last, out value);
        void* node = NodeOf(root);
        for (int level = HeightOf(root); level > 0; level--)
        {
            Branch.PrefetchAll(node);
            node = ((Branch*)node)->ChildFor(address);
        }

        var leaf = (Leaf<TValue>*)node;
        Leaf<TValue>.PrefetchAll(leaf);
        long version = leaf->Read();
        // This was the right leaf, at that version, if the structure has not moved.
        if (_structure.IsStill(structure))
            return Read(leaf, leaf->Search(address), version, address, out start, out last, out value);
        Unsafe.SkipInit(out start);
        Unsafe.SkipInit(out last);
        Unsafe.SkipInit(out value);
        return Outcome.Disturbed;
    }

    /// <summary>The range that lies in the map, if it holds the address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outcome AttemptOnly(long structure, ulong address, out ulong start, out ulong last, out TValue value)
    {
        start = _only.Start;
        last = _only.Last;
        value = _only.Value;
        bool holds = _hasOnly && start <= address && address <= last;
        return !_structure.IsStill(structure) ? Outcome.Disturbed : holds ? Outcome.Found : Outcome.Missing;
    }

    /// <summary>The range at position <paramref name="i"/>, if it holds the address, at the given version of the leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Outcome Read(
        Leaf<TValue>* leaf, int i, long version, ulong address, out ulong start, out ulong last, out TValue value)
    {
        Unsafe.SkipInit(out start);
        Unsafe.SkipInit(out last);
        Unsafe.SkipInit(out value);
        Outcome outcome = Outcome.Missing;
        if (i < LeafHeader.CountOf(version))
        {
            ref Entry<TValue> entry = ref leaf->EntryAt(i);
            start = entry.Start;
            last = leaf->LastAt(i);
            value = entry.Value;
            outcome = start <= address ? Outcome.Found : Outcome.Missing;
        }
        return leaf->IsStill(version) ? outcome : Outcome.Disturbed;
    }

    /// <summary>Attempts until one is not disturbed; the writer is asked to wait when it keeps disturbing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Insist(ulong address, out ulong start, out ulong last, out TValue value)
    {
        SpinWait spin = default;
        bool announced = false;
        while (true)
        {
            // Never sleeps: a change takes nanoseconds, unless its thread was put aside, and then yielding is what helps.
            spin.SpinOnce(sleep1Threshold: -1);
            Outcome outcome = Attempt(address, out start, out last, out value);
            if (outcome != Outcome.Disturbed)
            {
                if (announced)
                    Interlocked.Decrement(ref _waiting);
                return outcome == Outcome.Found;
            }
            if (!announced && spin.Count > PatientAttempts)
            {
                Interlocked.Increment(ref _waiting);
                announced = true;
            }
        }
    }

    /// <summary>Writer, before each change: waits a little when a reader could not get through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LetReadersPass()
    {
        if (Volatile.Read(ref _waiting) != 0)
            Pause();
    }

    /// <summary>Bounded: a reader that was put aside by the system does not hold up the writer for longer than a few yields.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Pause()
    {
        SpinWait spin = default;
        while (Volatile.Read(ref _waiting) != 0 && spin.Count < 2 * PatientAttempts)
            spin.SpinOnce(sleep1Threshold: -1);
    }
}
