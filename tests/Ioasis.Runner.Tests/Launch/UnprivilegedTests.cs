using System.Diagnostics;
using Ioasis.Runner.Tests.Fixtures;
using Ioasis.Tests.Shared;

namespace Ioasis.Runner.Tests.Launch;

public sealed class UnprivilegedTests
{
    [Fact]
    public async Task AllOfItWorksForAnybody()
    {
        string tests = Path.Combine(AppContext.BaseDirectory, "Ioasis.Runner.Tests.dll");
        using var nobody = new Nobody(tests, Path.Combine(CPrograms.SourceRoot(), "tests", "Ioasis.Runner.Tests", "programs", "fake.h"));
        string[] classes =
        [
            "*.CallTests", "*.PathCallTests", "*.RemoteMemoryTests", "*.RightsTests", "*.ProgramTests", "*.InheritanceTests", "*.StormTests",
        ];
        string[] command = nobody.Command(["dotnet", tests, .. classes.SelectMany(name => new[] { "--filter-class", name })]);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        CPrograms.UseFolder(start.Environment);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
    }
}
