using System.Text.RegularExpressions;

namespace Ioasis.Abi.Tests;

/// <summary>
/// The user-space API headers of Linux, which <c>scripts/linux-headers.sh</c> fetches once. A test that needs them skips where they cannot
/// be had.
/// </summary>
internal static partial class LinuxHeaders
{
    private const string WantedVersion = "7.3";

    private static readonly Lazy<(string Folder, string Missing)> Fetched = new(Fetch);

    /// <summary>The include folder. Skips the test, with the reason, when there is none; warns when it is of another version.</summary>
    public static string Require()
    {
        Assert.SkipWhen(Fetched.Value.Missing.Length > 0, Fetched.Value.Missing);
        if (Version() != WantedVersion)
            TestContext.Current.AddWarning($"the headers are those of Linux {Version()}, not {WantedVersion}");
        return Fetched.Value.Folder;
    }

    /// <summary>One header's text, without comments and with continued lines joined.</summary>
    public static string Read(string name)
    {
        var text = File.ReadAllText(Path.Combine(Require(), "linux", name));
        return ContinuedLine().Replace(Comment().Replace(text, " "), " ");
    }

    private static string Version()
    {
        var text = File.ReadAllText(Path.Combine(Fetched.Value.Folder, "linux", "version.h"));
        return $"{VersionMajor().Match(text).Groups[1]}.{VersionMinor().Match(text).Groups[1]}";
    }

    private static (string Folder, string Missing) Fetch()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Ioasis.slnx")))
        {
            if (Path.GetDirectoryName(root) is not { } parent)
                return ("", "no Linux headers: the tests do not run from within the repository");
            root = parent;
        }

        var script = Tool.Run("bash", Path.Combine(root, "scripts", "linux-headers.sh"));
        return script switch
        {
            null => ("", "no Linux headers: there is no bash"),
            { ExitStatus: not 0 } => ("", "no Linux headers: " + script.Errors.TrimEnd().Split('\n')[^1]),
            _ => (script.Output.Trim(), ""),
        };
    }

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex ContinuedLine();

    [GeneratedRegex(@"LINUX_VERSION_MAJOR (\d+)")]
    private static partial Regex VersionMajor();

    [GeneratedRegex(@"LINUX_VERSION_PATCHLEVEL (\d+)")]
    private static partial Regex VersionMinor();
}
