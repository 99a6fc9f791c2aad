using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Intervals;

/// <summary>What an interval map shall do, in the plainest way: a sorted list walked from its beginning, in 128-bit arithmetic.</summary>
internal sealed class SortedModel
{
    public readonly List<Interval<Tag>> Ranges = [];

    public bool TryAdd(ulong start, ulong last, Tag value)
    {
        if (Ranges.Exists(r => r.Start <= last && start <= r.Last))
            return false;
        int i = Ranges.FindIndex(r => r.Start > last);
        Ranges.Insert(i < 0 ? Ranges.Count : i, new Interval<Tag>(start, last, value));
        return true;
    }

    public bool Remove(ulong start, out Interval<Tag> removed)
    {
        int i = Ranges.FindIndex(r => r.Start == start);
        removed = i < 0 ? default : Ranges[i];
        if (i >= 0)
            Ranges.RemoveAt(i);
        return i >= 0;
    }

    public bool TryUpdate(ulong start, Tag value)
    {
        int i = Ranges.FindIndex(r => r.Start == start);
        if (i >= 0)
            Ranges[i] = new Interval<Tag>(start, Ranges[i].Last, value);
        return i >= 0;
    }

    public Interval<Tag>? First(ulong from, ulong to)
    {
        foreach (Interval<Tag> r in Ranges)
        {
            if (r.Start <= to && from <= r.Last)
                return r;
        }
        return null;
    }

    public ulong? Gap(ulong length, ulong alignment, ulong offset, ulong first, ulong last)
    {
        if (length == 0)
            return null;
        UInt128 from = 0;
        for (int i = 0; i <= Ranges.Count; i++)
        {
            UInt128 end = i < Ranges.Count ? Ranges[i].Start : UInt128.One << 64;
            UInt128 start = UInt128.Max(from, first);
            start = ((start + alignment - 1) / alignment * alignment) | offset;
            if (start + length <= end && start + length - 1 <= last)
                return (ulong)start;
            if (i < Ranges.Count)
                from = (UInt128)Ranges[i].Last + 1;
        }
        return null;
    }
}
