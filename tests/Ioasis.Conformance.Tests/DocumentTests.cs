using System.Globalization;
using System.Text;
using Ioasis.Conformance.Language;
using Ioasis.Conformance.Tests.Fixtures;

namespace Ioasis.Conformance.Tests;

/// <summary>The tables of docs/conformance.md are made from the cases and the record; IOASIS_UPDATE_DOCS=1 writes them.</summary>
public sealed class DocumentTests
{
    private const string Begin = "<!-- generated: what was compared -->\n", End = "<!-- end -->\n";

    [Fact]
    public void TheTablesSayWhatWasCompared()
    {
        string path = Path.Combine(Checkout.Root, "docs", "conformance.md"), text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = text.IndexOf(End, StringComparison.Ordinal);
        string made = Tables();
        if (Environment.GetEnvironmentVariable("IOASIS_UPDATE_DOCS") == "1")
            File.WriteAllText(path, text[..begin] + made + text[end..]);
        else
            Assert.Equal(made, text[begin..end]);
    }

    private static string Tables()
    {
        Suite suite = Suite.Read(Checkout.Cases);
        Record record = Record.Read(Checkout.Records);
        SortedDictionary<string, (HashSet<Case> Cases, HashSet<string> Errnos, int Outcomes)> calls = new(StringComparer.Ordinal);
        SortedDictionary<string, int> reasons = new(StringComparer.Ordinal);
        int outcomes = 0;
        foreach (CompiledCase one in suite.Cases)
        {
            foreach (Difference difference in one.Source.Differences.Values.SelectMany(all => all))
                reasons[difference.Why] = reasons.GetValueOrDefault(difference.Why) + 1;
            foreach (string line in record.Of(one.Source) ?? [])
            {
                outcomes++;
                if (NameOf(line) is not { } name)
                    continue;
                if (!calls.TryGetValue(name, out (HashSet<Case> Cases, HashSet<string> Errnos, int Outcomes) row))
                    row = ([], [], 0);
                row.Cases.Add(one.Source);
                string outcome = line.Split(" => ")[^1].Split(' ')[0];
                if (outcome.StartsWith('E'))
                    row.Errnos.Add(outcome);
                calls[name] = (row.Cases, row.Errnos, row.Outcomes + 1);
            }
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{suite.Cases.Count} cases, {outcomes} outcomes of Linux.\n\n| call | cases | outcomes | errnos among them |\n|---|---|---|---|\n");
        foreach ((string name, (HashSet<Case> cases, HashSet<string> errnos, int count)) in calls)
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {cases.Count} | {count} | {string.Join(' ', errnos.Order(StringComparer.Ordinal))} |\n");
        text.Append("\n| outcomes that are others on purpose | why |\n|---|---|\n");
        foreach ((string why, int count) in reasons)
            text.Append(CultureInfo.InvariantCulture, $"| {count} | {why} |\n");
        return text.ToString();
    }

    private static string? NameOf(string line)
    {
        string[] words = line.Split(' ');
        string word = words.Length > 2 && words[1] == "=" ? words[2] : words[0];
        return CallShape.Find(word) is { } shape ? shape.Name : null;
    }
}
