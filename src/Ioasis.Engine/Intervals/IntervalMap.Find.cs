using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

public sealed partial class IntervalMap<TValue>
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
        long structure = _structure.Read();
        Node? node = Volatile.Read(ref _root);
        while (node is Branch branch)
            node = branch.ChildFor(address);
        Outcome outcome;
        if (node is FullLeaf<TValue> leaf)
        {
            long version = leaf.Version.Read();
            outcome = _structure.IsStill(structure)
                ? Read(leaf, leaf.Search(address), version, address, out start, out last, out value)
                : Disturbed(out start, out last, out value);
        }
        else
            outcome = FindInSmall(node, structure, address, out start, out last, out value);
        return outcome == Outcome.Disturbed ? Insist(address, out start, out last, out value) : outcome == Outcome.Found;
    }

    /// <summary>The range at position <paramref name="i"/>, if it holds the address, at the given version of the leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Outcome Read(
        Leaf<TValue> leaf, int i, long version, ulong address, out ulong start, out ulong last, out TValue value)
    {
        Unsafe.SkipInit(out start);
        Unsafe.SkipInit(out last);
        Unsafe.SkipInit(out value);
        Outcome outcome = Outcome.Missing;
        if (i < Math.Min(leaf.Count, leaf.Lasts.Length))
        {
            ref Entry<TValue> entry = ref leaf.EntryAt(i);
            start = entry.Start;
            last = leaf.Lasts[i];
            value = entry.Value;
            outcome = start <= address ? Outcome.Found : Outcome.Missing;
        }
        return leaf.Version.IsStill(version) ? outcome : Outcome.Disturbed;
    }

    /// <summary>The root is a small leaf or not there; or the tree was half-changed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Outcome FindInSmall(Node? node, long structure, ulong address, out ulong start, out ulong last, out TValue value)
    {
        if (node is Leaf<TValue> leaf)
        {
            long version = leaf.Version.Read();
            if (_structure.IsStill(structure))
                return Read(leaf, leaf.Find(address), version, address, out start, out last, out value);
        }
        Disturbed(out start, out last, out value);
        return _structure.IsStill(structure) ? Outcome.Missing : Outcome.Disturbed;
    }

    private static Outcome Disturbed(out ulong start, out ulong last, out TValue value)
    {
        Unsafe.SkipInit(out start);
        Unsafe.SkipInit(out last);
        Unsafe.SkipInit(out value);
        return Outcome.Disturbed;
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
            long structure = _structure.Read();
            Node? node = Volatile.Read(ref _root);
            while (node is Branch branch)
                node = branch.ChildFor(address);
            Outcome outcome = FindInSmall(node, structure, address, out start, out last, out value);
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
