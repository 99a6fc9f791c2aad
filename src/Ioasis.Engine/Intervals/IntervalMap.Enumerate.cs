namespace Ioasis.Engine.Intervals;

public sealed partial class IntervalMap<TValue>
{
    /// <summary>All ranges in ascending order. Writer only; the map must not change meanwhile.</summary>
    public Enumerator GetEnumerator() => new(LeafFor(0));

    /// <summary>A place in the ascending order of ranges.</summary>
    public struct Enumerator
    {
        private Leaf<TValue>? _leaf;
        private int _next;

        internal Enumerator(Leaf<TValue>? leaf) => _leaf = leaf;

        public Interval<TValue> Current { get; private set; }

        public bool MoveNext()
        {
            while (_leaf is { } leaf)
            {
                if (_next < leaf.Count)
                {
                    ref Entry<TValue> entry = ref leaf.EntryAt(_next);
                    Current = new Interval<TValue>(entry.Start, leaf.Lasts[_next], in entry.Value);
                    _next++;
                    return true;
                }
                _leaf = leaf.Next;
                _next = 0;
            }
            return false;
        }
    }
}
