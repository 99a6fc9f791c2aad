using System.CommandLine;
using System.Text.RegularExpressions;
using Ioasis.Cli.Explain;
using Ioasis.Cli.Tests.Repository;

namespace Ioasis.Cli.Tests.Commands;

/// <summary>docs/commands/run.md has every option and every exit status, and no other.</summary>
public sealed partial class RunDocumentTests
{
    private static readonly string s_page = File.ReadAllText(Checkout.At("docs", "commands", "run.md"));

    [Fact]
    public void EveryOptionIsThereAndNoOther()
    {
        string options = s_page[s_page.IndexOf("## Options", StringComparison.Ordinal)..s_page.IndexOf("## Exit status", StringComparison.Ordinal)];
        IEnumerable<string> shown = Row().Matches(options).SelectMany(row => Name().Matches(row.Groups[1].Value)).Select(name => name.Value).Distinct().Order();
        IEnumerable<string> there = RunCommand.Create().Options.SelectMany(option => option.Aliases.Append(option.Name));
        Assert.Equal(there.Concat(["--help", "-h", "-?"]).Distinct().Order(), shown);
    }

    [Theory]
    [InlineData(Messages.UsageStatus)]
    [InlineData(Told.StrictStatus)]
    [InlineData(126)]
    [InlineData(127)]
    public void EveryStatusIsThere(int status) => Assert.Contains($"\n| {status} |", s_page, StringComparison.Ordinal);

    [GeneratedRegex(@"^\| (`.*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<=`)--?[a-z?][a-z-]*")]
    private static partial Regex Name();
}
