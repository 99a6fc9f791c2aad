using System.Text.RegularExpressions;
using Ioasis.Engine.Reasons;

namespace Ioasis.Cli.Tests.Repository;

/// <summary>Documents name only what is there, and reasons are all given somewhere.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents =>
    [
        .. Directory.GetFiles(Checkout.At("docs"), "*.md", SearchOption.AllDirectories).Append(Checkout.At("README.md")).Append(Checkout.At("bench", "README.md"))
            .Where(File.Exists).Select(path => Path.GetRelativePath(Checkout.Root, path)),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryLinkAndEverySourcePathExists(string document)
    {
        string text = File.ReadAllText(Checkout.At(document));
        string folder = Path.GetDirectoryName(Checkout.At(document))!;
        foreach (Match link in Link().Matches(text))
        {
            string target = link.Groups[1].Value.Split('#')[0];
            if (target.Length != 0 && !target.Contains("://", StringComparison.Ordinal))
                Assert.True(Path.Exists(Path.Combine(folder, target)), $"{document} links to {target}, which is not there");
        }

        foreach (Match path in SourcePath().Matches(text))
            Assert.True(Path.Exists(Checkout.At(path.Groups[1].Value)), $"{document} names {path.Groups[1].Value}, which is not there");
    }

    [Fact]
    public void NoReasonIsDeclaredThatNobodyGives()
    {
        string[] sources =
        [
            .. Directory.GetFiles(Checkout.At("src"), "*.cs", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(path) is not ("ReasonCode.cs" or "ReasonTable.cs")).Select(File.ReadAllText),
        ];
        string[] unused =
        [
            .. Enum.GetNames<ReasonCode>().Where(name => name != nameof(ReasonCode.None)
                && !sources.Any(text => Regex.IsMatch(text, $@"\b{name}\b"))),
        ];
        Assert.Empty(unused);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|bench|examples|scripts|docs)/[\w./-]+)`")]
    private static partial Regex SourcePath();
}
