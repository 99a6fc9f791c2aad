using System.Numerics;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// How many areas of an address space are aligned to less than a system page, by the alignment that they have. So whether a
/// page table fits (all areas aligned to its smallest page) is known without a look at the areas.
/// </summary>
internal sealed class Misalignments
{
    private readonly int[] _counts = new int[SystemPage.Shift]; // [n]: areas aligned to exactly 2^n bytes

    /// <summary>The alignment of an area, as a power of two, at most a page: what iova, length and page offset share.</summary>
    public static int ShiftOf(ulong iova, ulong length, ulong pageOffset) =>
        Math.Min(BitOperations.TrailingZeroCount(iova | length | pageOffset), SystemPage.Shift);

    public void Add(int shift) => _counts[shift]++;

    public void Remove(int shift) => _counts[shift]--;

    /// <summary>Whether an area exists that is not aligned to <paramref name="alignment"/> bytes (a power of two, at most a page).</summary>
    public bool AnyBelow(ulong alignment)
    {
        int below = 0;
        for (int shift = 0; shift < BitOperations.TrailingZeroCount(alignment); shift++)
            below += _counts[shift];
        return below != 0;
    }
}
