using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ioasis.Engine.Intervals;

/// <summary>
/// Rows of sorted keys inside a node. All of a row is compared, or moved, whatever the position, without a jump that depends on it: a
/// mispredicted jump costs more. Unused keys are <see cref="ulong.MaxValue"/>, which is below nothing.
/// </summary>
internal static class Keys
{
    /// <summary>Of the eight keys from <paramref name="from"/> on, how many are less than <paramref name="address"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint CountBelow8(ref ulong keys, nuint from, ulong address) =>
        (uint)BitOperations.PopCount(Below8(ref keys, from, address));

    /// <summary>Which of the sixteen keys are less than <paramref name="address"/>: a bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Below16(ref ulong keys, ulong address) => Below8(ref keys, 0, address) | Below8(ref keys, 8, address) << 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Below8(ref ulong keys, nuint from, ulong address)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ulong> eight = Vector512.LoadUnsafe(ref keys, from);
            return (uint)Vector512.GreaterThan(Vector512.Create(address), eight).ExtractMostSignificantBits();
        }
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<ulong> wanted = Vector256.Create(address);
            uint low = Vector256.GreaterThan(wanted, Vector256.LoadUnsafe(ref keys, from)).ExtractMostSignificantBits();
            uint high = Vector256.GreaterThan(wanted, Vector256.LoadUnsafe(ref keys, from + 4)).ExtractMostSignificantBits();
            return low | high << 4;
        }
        uint below = 0;
        for (int i = 0; i < 8; i++)
            below |= Unsafe.Add(ref keys, (nint)from + i) < address ? 1u << i : 0u;
        return below;
    }

    /// <summary>Puts a key at a position of a row of sixteen; those from there on move one up, the last is lost.</summary>
    public static void Insert16(ref ulong keys, int position, ulong key)
    {
        Vector512<ulong> at = Vector512.Create((ulong)position), inserted = Vector512.Create(key);
        Vector512<ulong> low = Vector512.LoadUnsafe(ref keys), high = Vector512.LoadUnsafe(ref keys, 8);
        Vector512<ulong> lowUp = Vector512.Shuffle(low, Vector512.Create(0ul, 0, 1, 2, 3, 4, 5, 6)), highUp = Vector512.LoadUnsafe(ref keys, 7);
        Vector512<ulong> lowIndex = Vector512<ulong>.Indices, highIndex = lowIndex + Vector512.Create(8ul);
        low = Vector512.ConditionalSelect(Vector512.GreaterThan(lowIndex, at), lowUp, low);
        high = Vector512.ConditionalSelect(Vector512.GreaterThan(highIndex, at), highUp, high);
        Vector512.ConditionalSelect(Vector512.Equals(lowIndex, at), inserted, low).StoreUnsafe(ref keys);
        Vector512.ConditionalSelect(Vector512.Equals(highIndex, at), inserted, high).StoreUnsafe(ref keys, 8);
    }

    /// <summary>Takes the key at a position of a row of sixteen out; those after it move one down, the last becomes unused.</summary>
    public static void Remove16(ref ulong keys, int position)
    {
        Vector512<ulong> at = Vector512.Create((ulong)position);
        Vector512<ulong> low = Vector512.LoadUnsafe(ref keys), high = Vector512.LoadUnsafe(ref keys, 8);
        Vector512<ulong> lowDown = Vector512.LoadUnsafe(ref keys, 1);
        Vector512<ulong> highDown = Vector512.Shuffle(high, Vector512.Create(1ul, 2, 3, 4, 5, 6, 7, 7)).WithElement(7, ulong.MaxValue);
        Vector512<ulong> lowIndex = Vector512<ulong>.Indices, highIndex = lowIndex + Vector512.Create(8ul);
        Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(lowIndex, at), lowDown, low).StoreUnsafe(ref keys);
        Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(highIndex, at), highDown, high).StoreUnsafe(ref keys, 8);
    }

    /// <summary>The largest of a row of <see cref="Shape.Branch"/> sizes.</summary>
    public static ulong Largest(ref ulong sizes)
    {
        Vector512<ulong> largest = Vector512.LoadUnsafe(ref sizes);
        for (int i = 8; i < Shape.Branch; i += 8)
            largest = Vector512.Max(largest, Vector512.LoadUnsafe(ref sizes, (nuint)i));
        Vector256<ulong> four = Vector256.Max(largest.GetLower(), largest.GetUpper());
        Vector128<ulong> two = Vector128.Max(four.GetLower(), four.GetUpper());
        return Math.Max(two[0], two[1]);
    }
}
