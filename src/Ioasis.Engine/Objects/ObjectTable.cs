using System.Diagnostics;
using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Objects;

/// <summary>
/// The objects of one context by number. A number is reserved first (it is taken, but finds nothing), and published only
/// when the call that makes the object has succeeded; the lowest free number from 1 is given. Guarded by the context's lock.
/// </summary>
internal sealed class ObjectTable
{
    private const int ShelfShift = 10, ShelfSize = 1 << ShelfShift, FirstShelf = 16;

    private readonly LowestFreeSet _numbers = new();
    private readonly List<int> _used = [0]; // numbers in use of each shelf; buried ones stay
    private EngineObject?[]?[] _shelves = [new EngineObject?[FirstShelf]]; // the first one grows until it is as long as the others
    private int _highest;

    public ObjectTable() => _numbers.Take(); // 0 is never an object

    /// <summary>Numbers in use, reserved ones included.</summary>
    public int Count { get; private set; }

    /// <summary>One above the highest number that was ever used.</summary>
    public int End => _highest + 1;

    public EngineObject? this[uint id]
    {
        get
        {
            EngineObject?[]?[] shelves = _shelves;
            uint shelf = id >> ShelfShift, place = id & (ShelfSize - 1);
            return shelf < (uint)shelves.Length && shelves[shelf] is { } objects && place < (uint)objects.Length ? objects[place] : null;
        }
    }

    /// <summary>Takes the lowest free number for an object that nobody can find yet.</summary>
    public void Reserve(EngineObject o)
    {
        int id = _numbers.Take();
        MakeRoom(id);
        Count++;
        o.Id = new ObjectId((uint)id);
    }

    /// <summary>Makes a reserved object findable.</summary>
    public void Publish(EngineObject o)
    {
        Debug.Assert(PlaceOf(o) is null);
        PlaceOf(o) = o;
    }

    /// <summary>Nobody finds the object any more; its number is taken until <see cref="Release"/>.</summary>
    public void Hide(EngineObject o) => PlaceOf(o) = null;

    /// <summary>Takes the object away, and keeps its number from ever being given again: its user may still think that it is there.</summary>
    public void Bury(EngineObject o)
    {
        PlaceOf(o) = null;
        Count--;
    }

    /// <summary>Frees the number, published or only reserved.</summary>
    public void Release(EngineObject o)
    {
        Debug.Assert(PlaceOf(o) is null || PlaceOf(o) == o);
        PlaceOf(o) = null;
        _numbers.Release((int)o.Id.Value);
        Count--;
        int shelf = (int)(o.Id.Value >> ShelfShift);
        if (--_used[shelf] == 0 && shelf != 0)
            _shelves[shelf] = null;
    }

    private ref EngineObject? PlaceOf(EngineObject o) => ref _shelves[o.Id.Value >> ShelfShift]![o.Id.Value & (ShelfSize - 1)];

    /// <summary>The number is used, or follows the highest so far.</summary>
    private void MakeRoom(int id)
    {
        _highest = Math.Max(_highest, id);
        int shelf = id >> ShelfShift, place = id & (ShelfSize - 1);
        if (shelf == _used.Count)
            _used.Add(0);
        _used[shelf]++;
        if (shelf == _shelves.Length)
            _shelves = [.. _shelves, .. new EngineObject?[]?[_shelves.Length]];
        ref EngineObject?[]? objects = ref _shelves[shelf];
        if (objects is null)
            objects = new EngineObject?[ShelfSize];
        else if (place == objects.Length)
            Array.Resize(ref objects, objects.Length * 2);
    }
}
