using System.Diagnostics;
using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Objects;

/// <summary>
/// The objects of one context by number. A number is reserved first (it is taken, but finds nothing), and published only
/// when the call that makes the object has succeeded; the lowest free number from 1 is given. Guarded by the context's lock.
/// </summary>
internal sealed class ObjectTable
{
    private readonly LowestFreeSet _numbers = new();
    private EngineObject?[] _objects = new EngineObject?[16];
    private int _highest;

    public ObjectTable() => _numbers.Take(); // 0 is never an object

    /// <summary>Numbers in use, reserved ones included.</summary>
    public int Count { get; private set; }

    /// <summary>One above the highest number that was ever used.</summary>
    public int End => _highest + 1;

    public EngineObject? this[uint id] => id < (uint)_objects.Length ? _objects[id] : null;

    /// <summary>Takes the lowest free number for an object that nobody can find yet.</summary>
    public void Reserve(EngineObject o)
    {
        int id = _numbers.Take();
        if (id >= _objects.Length)
            Array.Resize(ref _objects, Math.Max(id + 1, _objects.Length * 2));
        _highest = Math.Max(_highest, id);
        Count++;
        o.Id = new ObjectId((uint)id);
    }

    /// <summary>Makes a reserved object findable.</summary>
    public void Publish(EngineObject o)
    {
        Debug.Assert(_objects[o.Id.Value] is null);
        _objects[o.Id.Value] = o;
    }

    /// <summary>Takes the object away, and keeps its number from ever being given again: its user may still think that it is there.</summary>
    public void Bury(EngineObject o)
    {
        _objects[o.Id.Value] = null;
        Count--;
    }

    /// <summary>Frees the number, published or only reserved.</summary>
    public void Release(EngineObject o)
    {
        Debug.Assert(_objects[o.Id.Value] is null || _objects[o.Id.Value] == o);
        _objects[o.Id.Value] = null;
        _numbers.Release((int)o.Id.Value);
        Count--;
    }
}
