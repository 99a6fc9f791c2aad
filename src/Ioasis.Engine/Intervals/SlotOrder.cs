using System.Numerics;

namespace Ioasis.Engine.Intervals;

/// <summary>
/// The ascending order of a leaf's entries, which themselves stay where they are: sixteen slot numbers of four bits, position 0 lowest.
/// A leaf of n ranges uses the first n positions; the others hold the free slots, so it is always a permutation.
/// </summary>
/// <remarks>
/// Moving an entry costs a write barrier and makes cache lines dirty; moving a number in a word costs a few instructions. And a word is
/// read and written at once.
/// </remarks>
internal readonly struct SlotOrder(ulong word)
{
    private const int Bits = 4;

    private readonly ulong _word = word;

    /// <summary>Position i has slot i.</summary>
    public static SlotOrder Identity => new(0xfedc_ba98_7654_3210);

    /// <summary>The slot at <paramref name="position"/>, 0 to 15 whatever the position is.</summary>
    public int this[int position] => (int)(_word >> (Bits * position)) & 0xf;

    /// <summary>The slot at <paramref name="from"/> comes to <paramref name="to"/>, at or before it; those between move one up.</summary>
    public SlotOrder MovedDown(int from, int to)
    {
        ulong moving = UpTo(from) & ~Below(to);
        ulong slot = (_word >> (Bits * from)) & 0xf;
        return new((_word & ~moving) | ((_word & moving) << Bits & moving) | slot << (Bits * to));
    }

    /// <summary>The slot at <paramref name="from"/> comes to <paramref name="to"/>, at or after it; those between move one down.</summary>
    public SlotOrder MovedUp(int from, int to)
    {
        ulong moving = UpTo(to) & ~Below(from);
        ulong slot = (_word >> (Bits * from)) & 0xf;
        return new((_word & ~moving) | ((_word & moving) >> Bits & moving & ~(0xful << (Bits * to))) | slot << (Bits * to));
    }

    /// <summary>The slots of the first <paramref name="count"/> positions come after all others, which move to the front.</summary>
    public SlotOrder Rotated(int count) => new(BitOperations.RotateRight(_word, Bits * count));

    /// <summary>All bits of the positions before <paramref name="position"/>, which is below 16.</summary>
    private static ulong Below(int position) => (1ul << (Bits * position)) - 1;

    /// <summary>All bits of the positions up to <paramref name="position"/> inclusive.</summary>
    private static ulong UpTo(int position) => ulong.MaxValue >> (64 - Bits - Bits * position);
}
