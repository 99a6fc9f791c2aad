using System.Text.RegularExpressions;

namespace Ioasis.Conformance.Language;

/// <summary>Reads files of cases. docs/conformance.md describes the language.</summary>
public static partial class CaseFile
{
    /// <summary>All cases of a folder, file by file in the order of their names.</summary>
    public static IReadOnlyList<Case> ReadFolder(string folder) =>
        [.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).SelectMany(file => Read(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))];

    /// <summary>The cases of one file.</summary>
    /// <exception cref="FormatException">The file is wrong; the message says where.</exception>
    public static IReadOnlyList<Case> Read(string file, string text)
    {
        List<Case> cases = [];
        List<Line> prelude = [], lines = [];
        Dictionary<int, IReadOnlyList<Difference>> differences = [];
        string? name = null, needs = null;
        string[] raw = text.Split('\n');
        for (int number = 1; number <= raw.Length; number++)
        {
            string line = Comment().Replace(raw[number - 1], "").Trim();
            if (line.Length == 0)
                continue;
            if (line.StartsWith("case ", StringComparison.Ordinal))
            {
                Finish();
                name = line[5..].Trim();
                if (cases.Any(one => one.Name == name))
                    throw new FormatException($"{file}.txt({number}): a second case '{name}'");
            }
            else if (line.StartsWith("needs ", StringComparison.Ordinal))
                needs = line[6..].Trim();
            else if (Differs().Match(line) is { Success: true } match)
                AddDifference(match, number);
            else if (line.StartsWith("differs", StringComparison.Ordinal))
                throw new FormatException($"{file}.txt({number}): expected 'differs[(embedded|runner)]: OUTCOME | WHY'");
            else
                (name is null ? prelude : lines).Add(new Line(number, line, name is null));
        }

        Finish();
        return cases;

        void AddDifference(Match match, int number)
        {
            if (lines.Count == 0)
                throw new FormatException($"{file}.txt({number}): 'differs' stands behind the line that it is about");
            Difference one = new(match.Groups[1].Success ? match.Groups[1].Value : null, match.Groups[2].Value.Trim(), match.Groups[3].Value.Trim());
            int line = lines[^1].Number;
            differences[line] = [.. differences.GetValueOrDefault(line) ?? [], one];
        }

        void Finish()
        {
            if (name is not null)
                cases.Add(new Case(file, name, [.. prelude, .. lines], differences, needs));
            (lines, differences, needs) = ([], [], null);
        }
    }

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^differs(?:\((embedded|runner)\))?:(.*?)\|(.*)$")]
    private static partial Regex Differs();
}
