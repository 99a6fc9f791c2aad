using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Ioasis.Embedded.Tests.Examples;

/// <summary>
/// Code in these pages is code that tests run. Before each block stands where it comes from, <c>FILE [NAME]</c>: the lines
/// of the file between <c>// [NAME]</c> and <c>// [/NAME]</c>.
/// </summary>
public sealed partial class DocumentTests
{
    private static readonly string[] s_pages = ["docs/client.md", "docs/write-a-device.md"];
    private static readonly string s_document = string.Concat(s_pages.Select(page => File.ReadAllText(Repository(page))));

    public static TheoryData<string, string, string> Blocks =>
    [
        .. Block().Matches(s_document).Select(block => (block.Groups[1].Value, block.Groups[2].Value, block.Groups[3].Value)),
    ];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void ABlockIsWhatTheFileHas(string file, string name, string code)
    {
        string[] lines = File.ReadAllLines(Repository(file));
        int start = Array.FindIndex(lines, line => line.Trim() == $"// [{name}]");
        int end = Array.FindIndex(lines, line => line.Trim() == $"// [/{name}]");
        Assert.True(start >= 0 && end > start, $"{file} has no lines [{name}]");
        int indent = lines[start].Length - lines[start].TrimStart().Length;
        string expected = string.Concat(lines[(start + 1)..end].Select(line => (line.Length == 0 ? line : line[indent..]) + "\n"));
        Assert.Equal(expected, code);
    }

    [Fact]
    public void EveryBlockOfCodeSaysWhereItComesFrom()
    {
        int blocks = Regex.Count(s_document, "^```csharp$", RegexOptions.Multiline);
        Assert.NotEqual(0, blocks);
        Assert.Equal(blocks, Block().Count(s_document));
    }

    internal static string Repository(string path, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", path);

    [GeneratedRegex(@"<!-- (\S+) \[(\w+)\] -->\n```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
