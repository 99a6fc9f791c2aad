using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ioasis.Engine.Intervals;

/// <summary>A node of the interval tree: a <see cref="Branch"/> or a <see cref="Leaf{TValue}"/>.</summary>
/// <remarks>
/// A node never changes its type, and a place for a node never holds anything else, so whatever a reader finds in a half-changed tree is
/// an object it can look into safely, or null.
/// </remarks>
internal abstract class Node
{
    /// <summary>Ranges of a leaf, children of a branch.</summary>
    public int Count;

    /// <summary>Has the processor fetch the beginning of the node: what a search looks at first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch()
    {
        if (Sse.IsSupported)
        {
            // A hint: it does not matter if the node is moved meanwhile.
            byte* p = (byte*)Unsafe.AsPointer(ref Count);
            Sse.Prefetch0(p);
            Sse.Prefetch0(p + 64);
            Sse.Prefetch0(p + 128);
        }
    }
}
