using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Objects;

/// <summary>
/// Something with an <see cref="ObjectId"/>: an IOAS, a HWPT, a bound device. All state of all objects of a context is
/// guarded by the context's lock, except what a field says.
/// </summary>
public abstract class EngineObject
{
    private protected EngineObject(IommuContext context) => Context = context;

    /// <summary>The context that the object belongs to for its whole life.</summary>
    public IommuContext Context { get; }

    /// <summary>Its number; 0 until it is reserved.</summary>
    public ObjectId Id { get; internal set; }

    /// <summary>What it is, in the field's word: <c>IOAS</c>, <c>HWPT</c>, <c>device</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>How many other objects (and open files) need this one; it can be destroyed only at 0.</summary>
    internal int Users;

    /// <summary>
    /// Undoes what the object is and drops its references to others. Cannot fail. Called with the context's lock held,
    /// after the number is free again.
    /// </summary>
    private protected abstract void OnDestroy();

    internal void Destroy() => OnDestroy();
}
