using System.Text.RegularExpressions;

namespace Ioasis.Cli.Tests.Repository;

/// <summary>
/// Nothing is made in a directory that all users share under a name that somebody can know before: whoever does, can be there first, with
/// a link that leads elsewhere. What is allowed is a directory with a random name (mktemp -d, mkstemp, CreateTempSubdirectory).
/// </summary>
public sealed partial class TemporaryNameTests
{
    private static readonly string[] s_folders = ["src", "tests", "scripts", "bench", "examples", ".ci"];

    /// <summary>Where the shared directory itself is looked for, and names in it are random.</summary>
    private static readonly string[] s_exceptions =
    [
        "src/Ioasis.Runner/Folders/RunFolder.cs",
        "tests/Ioasis.Runner.Tests/Paths/PathOracleTests.cs",
        "tests/Shared/Nobody.cs",
        "tests/Ioasis.Cli.Tests/Repository/TemporaryNameTests.cs",
    ];

    [Fact]
    public void NoNameInASharedDirectoryCanBeKnownBefore()
    {
        List<string> found = [];
        foreach (string path in s_folders.SelectMany(folder => Directory.EnumerateFiles(Checkout.At(folder), "*", SearchOption.AllDirectories))
            .Append(Checkout.At("ioasis")))
        {
            string name = Path.GetRelativePath(Checkout.Root, path);
            if (s_exceptions.Contains(name) || name.Contains("/obj/", StringComparison.Ordinal) || name.Contains("/bin/", StringComparison.Ordinal)
                || name.StartsWith("tests/oracle/", StringComparison.Ordinal))
            {
                continue;
            }

            int number = 0;
            foreach (string line in File.ReadLines(path))
            {
                number++;
                if (IsPredictable(line))
                    found.Add($"{name}:{number}: {line.Trim()}");
            }
        }

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("string copy = Path.Combine(Path.GetTempPath(), $\"ioasis-demo-{Environment.ProcessId}\");")]
    [InlineData("string folder = Path.Combine(\"/tmp\", \"ioasis\");")]
    [InlineData("    snprintf(path, sizeof path, \"/tmp/ioasis-bench-%d\", (int)getpid());")]
    [InlineData("log=/tmp/log")]
    [InlineData("log=/var/tmp/$USER.log")]
    [InlineData("rm -rf \"${TMPDIR:-/tmp}/ioasis\"")]
    [InlineData("work=$TMPDIR/work")]
    [InlineData("log=$(mktemp -u)")]
    [InlineData("char *name = tmpnam(NULL);")]
    [InlineData("shm_open(\"/ioasis\", O_CREAT | O_RDWR, 0600)")]
    [InlineData("HOME=/tmp")]
    [InlineData("p = '/dev/shm/ioasis-case'")]
    public void APlantedOneIsFound(string line) => Assert.True(IsPredictable(line));

    [Theory]
    [InlineData("work=$(mktemp -d); trap 'rm -rf \"$work\"' EXIT")]
    [InlineData("work=$(mktemp -d \"${TMPDIR:-/tmp}/ioasis-XXXXXX\")")]
    [InlineData("string folder = Directory.CreateTempSubdirectory(\"ioasis-bench-\").FullName;")]
    [InlineData("mount -t tmpfs t /dev/shm; mount -t tmpfs t /tmp")]
    public void ARandomOneIsNot(string line) => Assert.False(IsPredictable(line));

    /// <summary>A template of mktemp, a random name, or a comparison with the name of somebody else's.</summary>
    private static readonly string[] s_harmless = ["XXXXXX", "Guid.NewGuid()", ".StartsWith("];

    private static bool IsPredictable(string line) =>
        Predictable().IsMatch(line) && !s_harmless.Any(word => line.Contains(word, StringComparison.Ordinal));

    [GeneratedRegex("""GetTempPath|(?<![\w.])/(tmp|var/tmp|dev/shm)/\.?[\w$%{-]|["'=:]/(tmp|var/tmp|dev/shm)\b|\$\{?TMPDIR[^}/"]*\}?/[\w$]|\$\{TMPDIR[^}]*\}/[\w$]|mktemp (-\w+ )*-\w*u|\b(tmpnam|tempnam)\b|tempfile\.mktemp|shm_open""")]
    private static partial Regex Predictable();
}
