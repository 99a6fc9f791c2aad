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
        Outcome outcome = Attempt(address, out start, out last, out value);
        if (outcome == Outcome.Disturbed)
            outcome = Insist(address, out start, out last, out value);
        return outcome == Outcome.Found;
    }

    /// <summary>One way down, without waiting for anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outcome Attempt(ulong address, out ulong start, out ulong last, out TValue value)
    {
        Unsafe.SkipInit(out start);
        Unsafe.SkipInit(out last);
        Unsafe.SkipInit(out value);
        Node? node = Volatile.Read(ref _root);
        if (node is null)
            return Outcome.Missing;
        long version = node.ReadVersion();
        // The version must belong to the node while it was the root, or a split could have taken the address elsewhere before.
        if (Volatile.Read(ref _root) != node)
            return Outcome.Disturbed;
        while (node is Branch branch)
        {
            Node? child = branch.ChildAt(branch.Search(address));
            if (child is null)
                return Outcome.Disturbed;
            long childVersion = child.ReadVersion();
            if (!branch.Unchanged(version))
                return Outcome.Disturbed;
            node = child;
            version = childVersion;
        }
        return node is FullLeaf<TValue> full
            ? ReadAt(full, full.Search(address), version, address, out start, out last, out value)
            : ReadSmall(Unsafe.As<Leaf<TValue>>(node), version, address, out start, out last, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Outcome ReadAt(
        FullLeaf<TValue> leaf, int i, long version, ulong address, out ulong start, out ulong last, out TValue value)
    {
        Unsafe.SkipInit(out start);
        Unsafe.SkipInit(out last);
        Unsafe.SkipInit(out value);
        bool found = false;
        if (i < Math.Min(leaf.Count, Shape.Leaf))
        {
            start = leaf.Starts[i];
            last = leaf.Lasts[i];
            found = start <= address;
            if (found)
                value = leaf.Values[i];
        }
        return !leaf.Unchanged(version) ? Outcome.Disturbed : found ? Outcome.Found : Outcome.Missing;
    }

    private static Outcome ReadSmall(
        Leaf<TValue> leaf, long version, ulong address, out ulong start, out ulong last, out TValue value)
    {
        Unsafe.SkipInit(out start);
        Unsafe.SkipInit(out last);
        Unsafe.SkipInit(out value);
        bool found = false;
        int i = leaf.Find(address);
        if (i < Math.Min(leaf.Count, leaf.Lasts.Length))
        {
            start = leaf.Starts[i];
            last = leaf.Lasts[i];
            found = start <= address;
            if (found)
                value = leaf.Values[i];
        }
        return !leaf.Unchanged(version) ? Outcome.Disturbed : found ? Outcome.Found : Outcome.Missing;
    }

    /// <summary>Attempts until one is not disturbed; the writer is asked to wait when it keeps disturbing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Outcome Insist(ulong address, out ulong start, out ulong last, out TValue value)
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
                return outcome;
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
