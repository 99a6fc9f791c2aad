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
                    Current = new Interval<TValue>(leaf.Starts[_next], leaf.Lasts[_next], leaf.Values[_next]);
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
