namespace Ioasis.Runner.Tests.Fixtures;

internal static class Skip
{
    /// <summary>Skips the test where a program is not installed.</summary>
    public static void Without(string program)
    {
        bool isThere = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));
        Assert.SkipUnless(isThere, $"there is no {program}");
    }

    /// <summary>Skips the test where children may not be traced: a client cannot be moved into a directory of ours there.</summary>
    public static void WithoutTracing()
    {
        const string Scope = "/proc/sys/kernel/yama/ptrace_scope";
        Assert.SkipWhen(File.Exists(Scope) && File.ReadAllText(Scope).Trim() is "2" or "3", "this system forbids tracing (kernel.yama.ptrace_scope)");
    }
}
