using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ioasis.Engine.Intervals;

/// <summary>The search inside a node: how many keys of a sorted row are below an address. Without branches that depend on the keys.</summary>
internal static class Keys
{
    /// <summary>
    /// The number of keys less than <paramref name="address"/> among the first <paramref name="length"/> (a multiple of eight, a constant
    /// where this is inlined). Unused keys are <see cref="ulong.MaxValue"/>, which is below nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountBelow(ref ulong keys, int length, ulong address)
    {
        ulong below = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ulong> wanted = Vector512.Create(address);
            for (int i = 0; i < length; i += 8)
                below |= Vector512.LessThan(Vector512.LoadUnsafe(ref keys, (nuint)i), wanted).ExtractMostSignificantBits() << i;
            return BitOperations.PopCount(below);
        }
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<ulong> wanted = Vector256.Create(address);
            for (int i = 0; i < length; i += 4)
                below |= (ulong)Vector256.LessThan(Vector256.LoadUnsafe(ref keys, (nuint)i), wanted).ExtractMostSignificantBits() << i;
            return BitOperations.PopCount(below);
        }
        int count = 0;
        for (int i = 0; i < length; i++)
            count += Unsafe.Add(ref keys, i) < address ? 1 : 0;
        return count;
    }
}
