using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Machines;

/// <summary>Who holds a descriptor, and whose memory a device sees: as a real kernel recorded it (tests/oracle).</summary>
public sealed class LifetimeTests
{
    [Theory]
    [InlineData("threads")]
    [InlineData("signals")]
    [InlineData("dup")]
    [InlineData("fork")]
    [InlineData("exec")]
    [InlineData("scm")]
    [InlineData("die")]
    public void TheProgramPrintsWhatItPrintsOnARealKernel(string mode)
    {
        using var sandbox = new MachineSandbox();
        using (ProgramRunner runner = sandbox.Start(CPrograms.Shared("lifetime"), mode))
        {
            runner.Wait();
            Assert.True(runner.Counters.IsZero, runner.Counters.ToString());
        }

        string oracle = Path.Combine(CPrograms.SourceRoot(), "tests", "oracle", $"lifetime-{mode}.txt");
        Assert.True(File.ReadAllText(oracle) == sandbox.Output, sandbox.Output + string.Join('\n', sandbox.Explanations));
        Assert.Empty(sandbox.Complaints);
    }

    [Theory]
    [InlineData("edu")]
    [InlineData("edu-static")]
    public void EduPrintsWhatItPrintsOnARealKernel(string program)
    {
        using var sandbox = new MachineSandbox();
        using (ProgramRunner runner = sandbox.Start(CPrograms.Shared(program)))
            runner.Wait();
        string oracle = Path.Combine(CPrograms.SourceRoot(), "tests", "oracle", "edu.txt");
        Assert.Equal(File.ReadAllText(oracle), sandbox.Output);
        Assert.Empty(sandbox.Complaints);
    }
}
