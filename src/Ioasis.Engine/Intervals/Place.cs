namespace Ioasis.Engine.Intervals;

/// <summary>
/// Where in a map an address belongs: found once, and used at once to read, add or remove there. Writer only; good until the map changes.
/// Lives on the stack.
/// </summary>
public unsafe ref struct Place<TValue>
    where TValue : unmanaged
{
    internal Route Route;

    /// <summary>The leaf; null while the map has no tree.</summary>
    internal Leaf<TValue>* Leaf;

    /// <summary>The position in the leaf.</summary>
    internal int Position;
}
