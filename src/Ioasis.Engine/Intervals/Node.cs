namespace Ioasis.Engine.Intervals;

/// <summary>A node of the interval tree: a <see cref="Branch"/> or a <see cref="Leaf{TValue}"/>.</summary>
/// <remarks>
/// <para><see cref="Version"/> is a sequence lock. The one writer makes it odd before and even after it changes what readers see; a reader
/// remembers an even version, reads, and believes what it read only when the version is still the same. The version of a node never goes
/// back, also when the node leaves the tree and is used again elsewhere, which makes reuse safe: a reader that still holds the node sees
/// another version.</para>
/// <para>A node never changes its type, so whatever a reader finds in a half-changed tree is a valid object.</para>
/// </remarks>
internal abstract class Node
{
    /// <summary>Even: at rest. Odd: the writer is changing the node.</summary>
    public long Version;

    /// <summary>Ranges of a leaf, children of a branch. Read by anybody, written by the writer within a change.</summary>
    public int Count;

    /// <summary>
    /// The version to remember before reading. While the node is being changed it is one that has passed, so that what is read now will
    /// not be believed.
    /// </summary>
    public long ReadVersion() => Volatile.Read(ref Version) & ~1L;

    /// <summary>Whether all that was read since <see cref="ReadVersion"/> returned <paramref name="version"/> belongs together.</summary>
    public bool Unchanged(long version)
    {
        Volatile.ReadBarrier();
        return Version == version;
    }

    /// <summary>Writer: readers must not believe what they see from here on. Nothing that can fail may follow before <see cref="EndChange"/>.</summary>
    public void BeginChange()
    {
        Version++;
        Volatile.WriteBarrier();
    }

    /// <summary>Writer: the node is consistent again.</summary>
    public void EndChange() => Volatile.Write(ref Version, Version + 1);
}
