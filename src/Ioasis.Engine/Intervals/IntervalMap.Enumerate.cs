namespace Ioasis.Engine.Intervals;

public sealed unsafe partial class IntervalMap<TValue>
{
    /// <summary>All ranges in ascending order. Writer only; the map must not change meanwhile.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>A place in the ascending order of ranges.</summary>
    public struct Enumerator
    {
        private readonly IntervalMap<TValue> _map; // which also holds the memory of the leaves
        private Leaf<TValue>* _leaf;
        private int _next;

        internal Enumerator(IntervalMap<TValue> map)
        {
            _map = map;
            if (map.TryLocate(0, ulong.MaxValue, out Place<TValue> place))
                _leaf = place.Leaf;
            else
                _next = 1; // past the only range, which is not there
        }

        public Interval<TValue> Current { get; private set; }

        public bool MoveNext()
        {
            if (_leaf == null)
            {
                Current = _map._only;
                return _map._root == 0 && _next++ == 0;
            }

            while (_leaf != null)
            {
                if (_next < _leaf->Count)
                {
                    ref Entry<TValue> entry = ref _leaf->EntryAt(_next);
                    Current = new Interval<TValue>(entry.Start, _leaf->LastAt(_next), in entry.Value);
                    _next++;
                    GC.KeepAlive(_map);
                    return true;
                }

                _leaf = _leaf->Next;
                _next = 0;
            }

            return false;
        }
    }
}
