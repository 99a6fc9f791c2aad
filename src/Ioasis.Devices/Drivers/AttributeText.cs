using System.Globalization;
using System.Text;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Drivers;

/// <summary>What is written to files of sysfs, as Linux reads it.</summary>
internal static class AttributeText
{
    private const int MostShown = 64;

    /// <summary>All of it.</summary>
    public static string All(ReadOnlySpan<byte> text) => Encoding.Latin1.GetString(text);

    /// <summary>What stands before the end of a text of C, without one line end (sysfs_streq).</summary>
    public static string Line(ReadOnlySpan<byte> text)
    {
        int zero = text.IndexOf((byte)0);
        string line = All(zero < 0 ? text : text[..zero]);
        return line.EndsWith('\n') ? line[..^1] : line;
    }

    /// <summary>What somebody wrote, fit for a message of one line.</summary>
    public static string Shown(string text)
    {
        string line = string.Concat(text.Select(static one => one is > ' ' and < (char)0x7f ? one : '?'));
        return line.Length <= MostShown ? line : line[..MostShown] + "…";
    }

    /// <summary>kstrtoul with base 0: decimal, 0x and hexadecimal, 0 and octal; a plus sign before it and a line end after it are allowed.</summary>
    public static Errno ReadNumber(ReadOnlySpan<byte> text, string path, out ulong number, ref Reason why)
    {
        string line = Line(text);
        if (line.StartsWith('+'))
            line = line[1..];
        bool isNumber = line switch
        {
            ['0', 'x' or 'X', ..] => ulong.TryParse(line.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number),
            ['0', _, ..] => TryReadOctal(line.AsSpan(1), out number),
            _ => ulong.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out number),
        };
        return isNumber ? Errno.Success : why.Because(ReasonCode.AttributeTextInvalid, name: path);
    }

    private static bool TryReadOctal(ReadOnlySpan<char> digits, out ulong number)
    {
        number = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7' || number >> 61 != 0)
                return false;
            number = number << 3 | (uint)(digit - '0');
        }

        return true;
    }
}
