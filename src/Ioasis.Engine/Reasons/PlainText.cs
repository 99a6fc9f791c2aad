using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ioasis.Engine.Reasons;

/// <summary>
/// Text from outside (a path, a program's name, a line of a file) made fit to be shown: on one line, without anything that a terminal would
/// act upon or a reader be misled by, and not endlessly long. Thread-safe.
/// </summary>
public static class PlainText
{
    /// <summary>Longest line that is shown, in characters.</summary>
    public const int LongestLine = 2000;

    /// <summary>What is shown as it is at a glance; everything else is looked at one by one.</summary>
    private static readonly SearchValues<char> s_plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)]);

    /// <summary>A line that is safe to show.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">Longest result in characters; what is longer loses its middle.</param>
    /// <returns>
    /// The text itself when it is plain already. Control characters, halves of surrogate pairs and what changes the direction of writing
    /// become <c>\xNN</c> or <c>\uNNNN</c>.
    /// </returns>
    public static string Of(string text, int most = LongestLine)
    {
        if (text.Length > most)
            text = string.Concat(text.AsSpan(0, most / 2), " … ", text.AsSpan(text.Length - most / 2));
        if (!text.AsSpan().ContainsAnyExcept(s_plain))
            return text;
        StringBuilder plain = new(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                plain.Append(text, i++, 2);
            else if (IsPlain(text[i]))
                plain.Append(text[i]);
            else
                plain.Append(text[i] < 0x100 ? "\\x" : "\\u").Append(((int)text[i]).ToString(text[i] < 0x100 ? "x2" : "x4", CultureInfo.InvariantCulture));
        }

        return plain.ToString();
    }

    private static bool IsPlain(char one) => char.GetUnicodeCategory(one) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
