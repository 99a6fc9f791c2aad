using System.Text.RegularExpressions;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>
/// Every <c>console</c> block of the README and the documents is run: a line that begins with <c>$</c> is a command, what
/// follows is what it printed (standard output and standard error together). Numbers may differ, the rest may not; a line
/// <c>...</c> stands for any lines.
/// </summary>
public sealed partial class ConsoleSnippetTests(CPrograms programs)
{
    public static TheoryData<string, string, string> Snippets
    {
        get
        {
            TheoryData<string, string, string> snippets = [];
            string[] documents = [Checkout.At("README.md"), .. Directory.GetFiles(Checkout.At("docs"), "*.md", SearchOption.AllDirectories)];
            foreach (string document in documents.Where(File.Exists))
            {
                foreach (Match block in Block().Matches(File.ReadAllText(document)))
                {
                    foreach (Match command in Command().Matches(block.Groups[1].Value))
                        snippets.Add(Path.GetRelativePath(Checkout.Root, document), command.Groups[1].Value, command.Groups[2].Value);
                }
            }

            return snippets;
        }
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void ADocumentShowsWhatReallyHappens(string document, string command, string expected)
    {
        // The programs of the tests have been built elsewhere; the script is this build, without a build of its own.
        string here = command.Replace("./ioasis ", string.Join(' ', CommandLine.Ioasis) + " ", StringComparison.Ordinal);
        if (here.Contains("artifacts/programs", StringComparison.Ordinal))
            here = here.Replace("artifacts/programs edu", "artifacts/programs/readme edu", StringComparison.Ordinal).Replace("artifacts/programs", Path.GetDirectoryName(programs["edu"]), StringComparison.Ordinal);
        CommandResult result = CommandLine.Run("bash", "-c", $"{{ {here}; }} 2>&1");
        string[] wanted = Lines(expected), shown = Lines(result.Output);
        Assert.True(Matches(wanted, shown), $"{document} shows for '{command}':\n{expected}\nbut it prints:\n{result.Output}");
    }

    /// <summary>Lines without numbers and the ends of lines, which depend on them.</summary>
    private static string[] Lines(string text) =>
        [.. text.TrimEnd().Split('\n').Select(line => Blanks().Replace(Number().Replace(line, "#"), " ").TrimEnd())];

    private static bool Matches(ReadOnlySpan<string> wanted, ReadOnlySpan<string> shown)
    {
        if (wanted.IsEmpty)
            return shown.IsEmpty;
        if (wanted[0].Trim() == "...")
        {
            for (int skipped = 0; skipped <= shown.Length; skipped++)
            {
                if (Matches(wanted[1..], shown[skipped..]))
                    return true;
            }

            return false;
        }

        return !shown.IsEmpty && wanted[0] == shown[0] && Matches(wanted[1..], shown[1..]);
    }

    [GeneratedRegex("^```console\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\$ (.*?)\n((?:(?!\$ ).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex("0x[0-9a-f]+|[0-9a-f]{8,}|[0-9]+")]
    private static partial Regex Number();

    [GeneratedRegex(" +|[─-╿]{2,}")]
    private static partial Regex Blanks();
}
