using System.Globalization;

namespace Ioasis.Devices.Machines;

/// <summary>Numbers as people write them in a machine description.</summary>
public static class Number
{
    /// <summary>Decimal or <c>0x</c> hexadecimal, with an optional K, M, G or T (powers of 1,024) behind.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (shift != 0)
            text = text[..^1];
        bool parsed = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (!parsed || value > ulong.MaxValue >> shift)
            return false;
        value <<= shift;
        return true;
    }

    /// <summary>Two numbers with a dash between, the second not below the first; both ends belong to the range.</summary>
    public static bool TryParseRange(ReadOnlySpan<char> text, out Engine.Addresses.AddressRange range)
    {
        range = default;
        int dash = text.IndexOf('-');
        if (dash < 0 || !TryParse(text[..dash], out ulong first) || !TryParse(text[(dash + 1)..], out ulong last) || first > last)
            return false;
        range = new(first, last);
        return true;
    }
}
