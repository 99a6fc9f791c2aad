using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

/// <summary>How many things a node of the interval tree holds, and when it is too full or too empty.</summary>
/// <remarks>
/// A node leaves "too empty" far behind whenever it is repaired (see <see cref="LeafMerged"/>), so that adding and removing at one place
/// does not split and merge at every call.
/// </remarks>
internal static class Shape
{
    /// <summary>Bytes of a cache line: nodes begin with one.</summary>
    public const int Line = 64;

    /// <summary>Ranges in a leaf: as many ends as fill two lines together with the leaf's header.</summary>
    public const int Leaf = 15;

    /// <summary>Children of a branch: as many as two comparisons of eight keys can tell apart.</summary>
    public const int Branch = Group * Group;

    /// <summary>Cuts of a branch that are compared at once.</summary>
    public const int Group = 8;

    /// <summary>A leaf with fewer ranges, the root apart, is merged with a neighbour or filled from it.</summary>
    public const int LeafLeast = Leaf / 4;

    /// <summary>A branch with fewer children, the root apart, is merged with a neighbour or filled from it.</summary>
    public const int BranchLeast = Branch / 4;

    /// <summary>Two leaves become one when it holds no more than this.</summary>
    public const int LeafMerged = Leaf * 3 / 4;

    /// <summary>Two branches become one when it holds no more than this.</summary>
    public const int BranchMerged = Branch * 3 / 4;

    /// <summary>Levels of branches that <see cref="int.MaxValue"/> ranges can need: 2^31 / 3 leaves, at least 16 children each.</summary>
    public const int MaxHeight = 8;

    /// <summary>
    /// Where to cut a full node of <paramref name="count"/> things when one more will be put at <paramref name="position"/>: in the middle,
    /// but at an end when it grows there, so that ascending (or descending) additions leave nodes three quarters full, not half.
    /// </summary>
    public static int SplitPoint(int count, int position) =>
        position == count ? count - count / 4 : position == 0 ? count / 4 : count / 2;
}

/// <summary>As many things in a row as a leaf has ranges.</summary>
[InlineArray(Shape.Leaf)]
internal struct LeafRow<T>
{
    private T _first;
}
