using System.Globalization;
using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Tests.Guard;

/// <summary>
/// Exact counts of hot paths beside those in <c>guard.txt</c>: what a test adds up here must not be more than a tenth above
/// what is written there, and nothing where nothing is written. <c>IOASIS_UPDATE_GUARD=1</c> writes the file instead.
/// </summary>
/// <param name="section">The first word of the lines that belong to this test.</param>
internal sealed class GuardFile(string section)
{
    private static readonly Lock s_gate = new();

    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public enum Verdict
    {
        AsBefore,
        Better,
        Worse,
    }

    public static bool Updates => Environment.GetEnvironmentVariable("IOASIS_UPDATE_GUARD") == "1";

    /// <summary>A tenth more is worse, a tenth less is better; anything is worse than nothing.</summary>
    public static Verdict Judge(long recorded, long measured) =>
        measured * 10 > recorded * 11 ? Verdict.Worse : measured * 10 < recorded * 9 ? Verdict.Better : Verdict.AsBefore;

    public void Add(string name, long count) => _counts.Add($"{section}/{name}", count);

    /// <summary>Compares all that was added with the file, or writes it.</summary>
    public void Check()
    {
        lock (s_gate)
        {
            SortedDictionary<string, long> recorded = Load();
            if (Updates)
                Save(recorded);
            else
                Assert.Empty(Complaints(recorded));
        }
    }

    /// <summary>What is worse than recorded, not recorded, or recorded and not measured.</summary>
    public List<string> Complaints(IReadOnlyDictionary<string, long> recorded)
    {
        List<string> complaints = [];
        foreach ((string name, long measured) in _counts)
        {
            if (!recorded.TryGetValue(name, out long before))
                complaints.Add($"{name} is not in guard.txt: set IOASIS_UPDATE_GUARD=1 once");
            else if (Judge(before, measured) == Verdict.Worse)
                complaints.Add($"{name} is {measured}, was {before}");
            else if (Judge(before, measured) == Verdict.Better)
                TestContext.Current.AddWarning($"{name} is {measured}, was {before}: set IOASIS_UPDATE_GUARD=1 once to keep it");
        }

        foreach (string name in recorded.Keys.Where(name => name.StartsWith($"{section}/", StringComparison.Ordinal) && !_counts.ContainsKey(name)))
            complaints.Add($"{name} is in guard.txt, but is not measured any more");
        return complaints;
    }

    private static SortedDictionary<string, long> Load()
    {
        SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Location()).Where(line => line.Length != 0 && line[0] != '#'))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            counts.Add(line[..space], long.Parse(line.AsSpan(space), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture));
        }

        return counts;
    }

    private void Save(SortedDictionary<string, long> recorded)
    {
        IEnumerable<KeyValuePair<string, long>> others =
            recorded.Where(count => !count.Key.StartsWith($"{section}/", StringComparison.Ordinal));
        File.WriteAllLines(Location(), [
            "# Exact counts of hot paths, written by IOASIS_UPDATE_GUARD=1 and compared by the tests beside this file.",
            "# Nodes and lines: sums of 1,000 operations. Changes: nodes split, merged or evened out by them. Bytes: of one object or operation.",
            .. others.Concat(_counts).OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"),
        ]);
    }

    private static string Location([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "guard.txt");
}
