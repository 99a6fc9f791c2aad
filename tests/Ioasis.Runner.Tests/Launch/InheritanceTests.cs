using System.Globalization;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Launch;

/// <summary>What a program finds at its start: what it would have found without us.</summary>
public sealed class InheritanceTests
{
    [Fact]
    public void DirectoryAndEnvironmentAreOurs()
    {
        using var sandbox = new Sandbox();
        string output = sandbox.Shell("pwd; printf '%s\n' \"$PATH\"");
        Assert.Equal($"{Environment.CurrentDirectory}\n{Environment.GetEnvironmentVariable("PATH")}\n", output);
    }

    [Fact]
    public void SignalsAreAtTheirDefaultsAndNotBlocked()
    {
        using var sandbox = new Sandbox();
        string[] lines = sandbox.Succeed("cat", "/proc/self/status").Split('\n');
        foreach (string name in (string[])["SigBlk", "SigCgt"])
            Assert.Contains(name + ":\t0000000000000000", lines);

        // What was ignored when we were started (by nohup, say) is passed on; .NET's own ignoring of SIGPIPE is not.
        const ulong SigPipe = 1ul << (13 - 1);
        string ours = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn", StringComparison.Ordinal));
        ulong expected = ulong.Parse(ours.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~SigPipe;
        Assert.Contains($"SigIgn:\t{expected:x16}", lines);
    }

    [Fact]
    public void NoDescriptorOfOursLeaks()
    {
        // What we inherited ourselves is passed on, as by any program.
        string[] inherited = [.. Directory.EnumerateFiles("/proc/self/fdinfo").Where(IsPassedOn).Select(path => Path.GetFileName(path)!)];
        HashSet<string> expected = [.. inherited, "0", "1", "2"];
        using var sandbox = new Sandbox();
        string[] found = sandbox.Succeed("ls", "/proc/self/fd").TrimEnd().Split('\n');
        Assert.Single(found.Except(expected)); // the directory being listed
    }

    private static bool IsPassedOn(string path)
    {
        const int CloseOnExec = 0x80000;
        try
        {
            string flags = File.ReadLines(path).First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt32(flags[6..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (IOException)
        {
            return false; // the one that lists them
        }
    }

    [Fact]
    public void StandardInputCanBeGiven()
    {
        using var sandbox = new Sandbox();
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "from a file\n");
        using (FileStream input = File.OpenRead(path))
        using (ProgramRunner runner = sandbox.Start(
            new ProgramOptions("cat", []) { StandardInput = (int)input.SafeFileHandle.DangerousGetHandle() }))
        {
            Assert.Equal(default, runner.Wait());
        }

        File.Delete(path);
        Assert.Equal("from a file\n", sandbox.Output);
    }

    [Fact]
    public void AnEnvironmentCanBeGiven()
    {
        using var sandbox = new Sandbox();
        using (ProgramRunner runner = sandbox.Start(new ProgramOptions("env", []) { Environment = ["A=1", "B=two"] }))
            Assert.Equal(default, runner.Wait());
        Assert.Equal("A=1\nB=two\n", sandbox.Output);
    }
}
