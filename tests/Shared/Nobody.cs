using System.Diagnostics;

namespace Ioasis.Tests.Shared;

/// <summary>
/// The user without any rights, as whom root has programs run. Folders of its own for as long as this lives: a new one each time, with a
/// name that nobody can know before.
/// </summary>
internal sealed class Nobody : IDisposable
{
    private const string User = "65534";
    private static readonly string[] s_become = ["setpriv", "--reuid=" + User, "--regid=" + User, "--clear-groups"];

    /// <summary>Skips the test where it cannot be done: when we are not root, or without setpriv.</summary>
    /// <param name="readable">Files that nobody has to be able to read; a checkout below /root, say, shuts everybody else out.</param>
    public Nobody(params string[] readable)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "these tests are not run by root: they are unprivileged all of them");
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "setpriv"))), "there is no setpriv");
        foreach (string file in readable)
            Assert.SkipUnless(Run([.. s_become, "test", "-r", file]).Status == 0, $"user {User} cannot read {file}");
        Home = "";
        foreach (string parent in (string[])[Path.GetTempPath(), "/tmp", "/var/tmp", "/dev/shm"])
        {
            (int status, string output) = Run([.. s_become, "mktemp", "-d", Path.Combine(parent, "ioasis-nobody-XXXXXX")]);
            if (status == 0)
            {
                Home = output.Trim();
                return;
            }
        }

        Assert.Skip($"user {User} can make no folder anywhere");
    }

    /// <summary>Its home and its temporary folder: in the environment of <see cref="Command"/>.</summary>
    public string Home { get; }

    /// <summary>A command, to be run as nobody.</summary>
    public string[] Command(params string[] command) =>
        [.. s_become, "env", "HOME=" + Home, "DOTNET_CLI_HOME=" + Home, "TMPDIR=" + Home, "XDG_RUNTIME_DIR=", "XDG_CACHE_HOME=", .. command];

    public void Dispose() => Directory.Delete(Home, recursive: true);

    private static (int Status, string Output) Run(string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
