using System.Text;
using Ioasis.Conformance.Language;

namespace Ioasis.Conformance;

/// <summary>
/// What Linux did: a file for each file of cases, "case NAME" and a line "LINE => OUTCOME" for each outcome. The lines of the
/// cases stand in it so that a change of a case that was not recorded again is seen.
/// </summary>
public sealed class Record
{
    private readonly Dictionary<(string File, string Name), string[]> _cases = [];

    /// <summary>Reads a folder of records.</summary>
    public static Record Read(string folder)
    {
        Record record = new();
        foreach (string path in Directory.GetFiles(folder, "*.txt"))
        {
            string file = Path.GetFileNameWithoutExtension(path);
            foreach (string part in File.ReadAllText(path).Split("case ", StringSplitOptions.RemoveEmptyEntries))
            {
                string[] lines = part.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                record._cases[(file, lines[0])] = lines[1..];
            }
        }

        return record;
    }

    /// <summary>What Linux did in a case; null when it was never recorded.</summary>
    public IReadOnlyList<string>? Of(Case source) => _cases.GetValueOrDefault((source.File, source.Name));

    /// <summary>A case's outcomes as they stand in a record.</summary>
    public static IEnumerable<string> Lines(CompiledCase compiled, string output) =>
        Printer.Print(compiled, output).Select(one => $"{one.Line.Text} => {one.Text}");

    /// <summary>Writes the records of a suite.</summary>
    public static void Write(Suite suite, IReadOnlyDictionary<int, string> outputs, string folder)
    {
        Dictionary<string, StringBuilder> files = [];
        for (int number = 0; number < suite.Cases.Count; number++)
        {
            CompiledCase one = suite.Cases[number];
            if (!files.TryGetValue(one.Source.File, out StringBuilder? text))
                files.Add(one.Source.File, text = new StringBuilder());
            text.Append("case ").Append(one.Source.Name).Append('\n');
            foreach (string line in Lines(one, outputs.GetValueOrDefault(number) ?? "crash not played\n"))
                text.Append(line).Append('\n');
        }

        Directory.CreateDirectory(folder);
        foreach ((string file, StringBuilder text) in files)
            File.WriteAllText(Path.Combine(folder, file + ".txt"), text.ToString());
    }

    /// <summary>Compares what a player of ours did with what Linux did; a message for each line that should be otherwise.</summary>
    public IReadOnlyList<string> Compare(CompiledCase compiled, string player, string output)
    {
        if (output.StartsWith("skip", StringComparison.Ordinal) || output.Contains("\nskip ", StringComparison.Ordinal))
            return [];
        if (Of(compiled.Source) is not { } linux)
            return [$"{compiled.Source}: no record; run scripts/record-conformance.sh"];
        List<string> wrong = [];
        IReadOnlyList<(Line Line, string Text)> ours = Printer.Print(compiled, output);
        for (int n = 0; n < Math.Max(ours.Count, linux.Count); n++)
        {
            if (n >= ours.Count || n >= linux.Count)
            {
                wrong.Add($"{compiled.Source}: {(n < ours.Count ? $"{player} goes on: {ours[n].Line.Text} => {ours[n].Text}" : $"{player} ends, Linux goes on: {linux[n]}")}");
                break;
            }

            (Line line, string text) = ours[n];
            int arrow = linux[n].LastIndexOf(" => ", StringComparison.Ordinal);
            if (linux[n][..arrow] != line.Text)
            {
                wrong.Add($"{compiled.Source}: line {line.Number} is not what was recorded ({linux[n][..arrow]}); run scripts/record-conformance.sh");
                break;
            }

            string recorded = linux[n][(arrow + 4)..], expected = compiled.Source.Expected(line.Number, player, recorded);
            if (text != expected)
                wrong.Add($"{compiled.Source} ({compiled.Source.File}.txt:{line.Number})\n    {line.Text}\n    Linux: {recorded}{(expected == recorded ? "" : $"\n    expected: {expected}")}\n    {player}: {text}");
        }

        return wrong;
    }
}
