using System.Globalization;
using System.Text;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Language;

/// <summary>Tells what a player saw in the case's own words: fields by their names, addresses by their memory, descriptors as "fd".</summary>
public static class Printer
{
    /// <summary>The outcomes of a case, each with its line.</summary>
    /// <param name="compiled">The case.</param>
    /// <param name="output">What the player printed.</param>
    public static IReadOnlyList<(Line Line, string Text)> Print(CompiledCase compiled, string output)
    {
        List<(Line, string)> lines = [];
        foreach (string raw in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Outcome.Parse(raw) is not { } outcome)
            {
                lines.Add((lines.Count == 0 ? compiled.Meanings[0].Line : lines[^1].Item1, raw));
                continue;
            }

            Meaning meaning = compiled.Meanings[outcome.Index];
            if (meaning.IsHidden && outcome.Result >= 0)
                continue;
            lines.Add((meaning.Line, Text(compiled, compiled.Instructions[outcome.Index], meaning, outcome)));
        }

        return lines;
    }

    private static string Text(CompiledCase compiled, Instruction instruction, Meaning meaning, Outcome outcome)
    {
        if (outcome.Bytes is { } bytes)
            return Numbers(compiled, bytes, meaning.Unit);
        bool isDescriptor = instruction.GivesDescriptor || meaning.Call?.GivesDescriptor == true;
        StringBuilder text = new();
        text.Append(outcome.Result < 0 ? ErrnoName.Of(-outcome.Result) : isDescriptor ? "fd" : Number(compiled, (ulong)outcome.Result));
        if (instruction.Code == Opcode.Ioctl)
            AppendChanges(text, compiled, meaning, outcome.Changes);
        return text.ToString();
    }

    private static void AppendChanges(StringBuilder text, CompiledCase compiled, Meaning meaning, IReadOnlyList<Change> changes)
    {
        Field[] fields = meaning.Call?.Struct is { } type ? [.. Field.Of(type).Where(meaning.Call.Has)] : [];
        HashSet<int> told = [];
        foreach (Change change in changes)
        {
            foreach (Field field in fields.Where(one => one.Offset < change.Offset + 8 && change.Offset < one.Offset + Math.Min(one.Size, 8) && told.Add(one.Offset)))
            {
                int shift = (field.Offset - change.Offset) * 8;
                ulong mask = field.Size >= 8 ? ulong.MaxValue : (1ul << (field.Size * 8)) - 1;
                if (shift < 0)
                    continue;
                ulong was = change.Old >> shift & mask, now = change.New >> shift & mask;
                if (was == now)
                    continue;
                string name = field.Name[(field.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
                text.Append(CultureInfo.InvariantCulture, $" {name}={(name.EndsWith("_fd", StringComparison.Ordinal) && name.StartsWith("out_", StringComparison.Ordinal) ? "fd" : Number(compiled, now))}");
            }

            if (!fields.Any(one => one.Offset < change.Offset + 8 && change.Offset < one.Offset + one.Size))
                text.Append(CultureInfo.InvariantCulture, $" +{change.Offset}={Number(compiled, change.New)}");
        }
    }

    private static string Numbers(CompiledCase compiled, byte[] bytes, int unit)
    {
        StringBuilder text = new();
        string last = "";
        int same = 0;
        for (int at = 0; at < bytes.Length; at += unit)
        {
            ulong value = 0;
            for (int n = Math.Min(unit, bytes.Length - at) - 1; n >= 0; n--)
                value = value << 8 | bytes[at + n];
            string word = Number(compiled, value);
            if (word == last)
            {
                same++;
                continue;
            }

            Repeat();
            text.Append(text.Length == 0 ? "" : " ").Append(word);
            (last, same) = (word, 1);
        }

        Repeat();
        return text.Length == 0 ? "nothing" : text.ToString();

        void Repeat()
        {
            if (same > 1)
                text.Append(CultureInfo.InvariantCulture, $"*{same}");
        }
    }

    private static string Number(CompiledCase compiled, ulong value)
    {
        ulong index = (value - AddressPlan.Memories) / AddressPlan.Room;
        if (value >= AddressPlan.Memories && index < (ulong)compiled.Memories.Count)
        {
            ulong offset = (value - AddressPlan.Memories) % AddressPlan.Room;
            return offset == 0 ? $"@{compiled.Memories[(int)index]}" : $"@{compiled.Memories[(int)index]}+0x{offset:x}";
        }

        return value < 10 ? value.ToString(CultureInfo.InvariantCulture) : $"0x{value:x}";
    }
}
