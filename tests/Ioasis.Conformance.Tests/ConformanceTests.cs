using Ioasis.Conformance.Language;
using Ioasis.Conformance.Tests.Fixtures;

namespace Ioasis.Conformance.Tests;

/// <summary>Ours against what Linux did (tests/oracle/conformance), line by line, file by file.</summary>
public sealed class ConformanceTests(PlayedSuite played) : IClassFixture<PlayedSuite>
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Checkout.Cases, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void InThisProcessEveryOutcomeIsLinuxs(string file)
    {
        string wrong = played.Differences(file, "embedded", played.Embedded);
        Assert.True(wrong.Length == 0, wrong);
    }

    [Theory, MemberData(nameof(Files))]
    public void UnderTheRunnerEveryOutcomeIsLinuxs(string file)
    {
        string wrong = played.Differences(file, "runner", played.Runner);
        Assert.True(wrong.Length == 0, wrong);
        Assert.All(Enumerable.Range(0, played.Suite.Cases.Count), number => Assert.True(played.Runner.ContainsKey(number) || !played.Suite.Cases[number].Source.IsPossible));
    }

    [Fact]
    public void NoDifferenceIsToldThatThereIsNot()
    {
        string[] untrue = [.. played.Suite.Cases.SelectMany(UntrueDifferences)];
        Assert.True(untrue.Length == 0, string.Join('\n', untrue));
    }

    private IEnumerable<string> UntrueDifferences(CompiledCase one)
    {
        IReadOnlyList<string> linux = played.Record.Of(one.Source) ?? [];
        foreach ((int line, IReadOnlyList<Difference> told) in one.Source.Differences)
        {
            string text = one.Source.Lines.First(candidate => candidate.Number == line).Text;
            foreach (Difference difference in told.Where(difference => linux.Contains($"{text} => {difference.Outcome}")))
                yield return $"{one.Source.File}.txt:{line}: Linux gives {difference.Outcome} too";
        }
    }
}
