using System.Text;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Failures;

/// <summary>
/// The files of debugfs with which tests prepare Linux's failure injection. What is written stays there and changes nothing: with us
/// every allocation of a call counts, whatever its kind.
/// </summary>
/// <remarks>Source: Documentation/fault-injection/fault-injection.rst of Linux; the contents are what its files hold at first.</remarks>
internal static class FailureFiles
{
    public const string Root = "/sys/kernel/debug";
    private const uint Mode = 0x180; // 0600

    private static readonly (string Name, string Content)[] s_common =
    [
        ("probability", "0"), ("interval", "1"), ("times", "1"), ("space", "0"), ("verbose", "2"), ("task-filter", "N"),
        ("verbose_ratelimit_interval_ms", "0"), ("verbose_ratelimit_burst", "10"),
    ];

    private static readonly (string Name, (string Name, string Content)[] Own)[] s_kinds =
    [
        ("failslab", [("ignore-gfp-wait", "Y"), ("cache-filter", "N")]),
        ("fail_page_alloc", [("ignore-gfp-wait", "Y"), ("ignore-gfp-highmem", "Y"), ("min-order", "1")]),
        ("fail_iommufd", []),
    ];

    /// <summary>Adds them. What else the host has in debugfs stays to be seen, if this user may list it.</summary>
    public static void AddTo(PathTree tree)
    {
        tree.AddDirectory(Root, isWhole: !CanList());
        foreach ((string kind, (string Name, string Content)[] own) in s_kinds)
        {
            string directory = $"{Root}/{kind}";
            tree.AddDirectory(directory, isWhole: true);
            foreach ((string name, string content) in s_common.Concat(own))
                tree.AddText($"{directory}/{name}", Encoding.ASCII.GetBytes(content + "\n"), Mode);
        }
    }

    private static bool CanList()
    {
        try
        {
            using IEnumerator<string> entries = Directory.EnumerateFileSystemEntries(Root).GetEnumerator();
            _ = entries.MoveNext();
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
