using System.Globalization;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Fuzz;

/// <summary>
/// Hostile programs (tests/programs/fuzz_client.c) beside one that behaves well: it must not notice them, and nothing of them may be left
/// when they are gone. <c>scripts/fuzz.sh</c> runs it for as long as one likes.
/// </summary>
public sealed class FuzzTests
{
    /// <summary>
    /// More than a run leaves in this process's heaps whatever its length, and less than one that leaks. Measured: 5 to 25 MiB after 5 s
    /// as after 5 minutes.
    /// </summary>
    private const long MostGrowth = 96L << 20;

    [Fact]
    public void HostileProgramsHurtNobodyAndLeaveNothing()
    {
        string program = CPrograms.Shared("fuzz");
        ulong seed = ReadNumber("IOASIS_FUZZ_SEED", (ulong)Random.Shared.NextInt64());
        ulong seconds = ReadNumber("IOASIS_FUZZ_SECONDS", 3);
        TestContext.Current.TestOutputHelper!.WriteLine($"IOASIS_FUZZ_SEED={seed} IOASIS_FUZZ_SECONDS={seconds}");

        Play(program, seed, seconds: 1); // what is loaded and kept once
        Held before = Held.ByThisProcess();
        Play(program, seed, seconds);
        Held after = Held.ByThisProcess();

        Assert.True(after.Descriptors == before.Descriptors, $"seed {seed}: descriptors left:\n{after.Descriptors}\nbefore:\n{before.Descriptors}");
        Assert.True(after.Zombies == 0, $"seed {seed}: {after.Zombies} zombies");
        Assert.True(after.Memory - before.Memory < MostGrowth, $"seed {seed}: from {before.Memory >> 20} to {after.Memory >> 20} MiB");
    }

    private static void Play(string program, ulong seed, ulong seconds)
    {
        using var sandbox = new MachineSandbox("dmatest", "edu", "dmatest,memory=64K");
        using (ProgramRunner runner = sandbox.Start(
            program, seed.ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture)))
        {
            ProgramEnd end = runner.Wait();
            Assert.True(end == default, $"seed {seed}: {end}\n{sandbox.Output}");
            Assert.True(runner.Counters.IsZero, $"seed {seed}: {runner.Counters}");
        }

        Assert.True(sandbox.Complaints.Count == 0, $"seed {seed}: {string.Join('\n', sandbox.Complaints)}");
        Assert.Equal(0, sandbox.Machine.System.OpenContexts);
        TestContext.Current.TestOutputHelper!.WriteLine(sandbox.Output);
    }

    private static ulong ReadNumber(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
