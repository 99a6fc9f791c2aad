using System.Diagnostics;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Launch;

public sealed class UnprivilegedTests
{
    private const string Nobody = "65534";

    [Fact]
    public void AllOfItWorksForAnybody()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "these tests are not run by root: they are unprivileged all of them");
        Skip.Without("setpriv");
        foreach (string program in (string[])["calls", "paths", "crowd", "memory", "pins", "rights", "churn", "signals"])
            _ = CPrograms.Find(program); // compiled by us, who own the place where they are kept

        string tests = Path.Combine(AppContext.BaseDirectory, "Ioasis.Runner.Tests.dll");
        string[] classes =
        [
            "*.CallTests", "*.PathCallTests", "*.RemoteMemoryTests", "*.RightsTests", "*.ProgramTests", "*.InheritanceTests", "*.StormTests",
        ];
        string[] arguments =
        [
            "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups", "dotnet", tests, .. classes.SelectMany(name => new[] { "--filter-class", name }),
        ];
        var start = new ProcessStartInfo("setpriv", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = start.Environment["DOTNET_CLI_HOME"] = Path.GetTempPath();
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
    }
}
