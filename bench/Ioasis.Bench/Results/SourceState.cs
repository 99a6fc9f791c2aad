using System.Diagnostics;

namespace Ioasis.Bench.Results;

/// <summary>Which sources were measured.</summary>
/// <param name="Commit">The commit's hash; "unknown" outside of git.</param>
/// <param name="Changed">There were changes beyond that commit.</param>
internal sealed record SourceState(string Commit, bool Changed)
{
    public static SourceState Here() => Git("rev-parse", "HEAD") is { Length: > 0 } commit
        ? new SourceState(commit, Git("status", "--porcelain", "--untracked-files=no") is not "")
        : new SourceState("unknown", false);

    /// <summary>For people.</summary>
    public override string ToString() => $"{Commit[..Math.Min(10, Commit.Length)]}{(Changed ? " and changes" : "")}";

    private static string? Git(params string[] words)
    {
        try
        {
            using Process git = Process.Start(new ProcessStartInfo("git", words)
            {
                WorkingDirectory = Checkout.Root, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            string text = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? text : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
