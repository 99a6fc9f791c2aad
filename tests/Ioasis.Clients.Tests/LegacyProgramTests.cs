using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>A C program that knows containers and groups and no more, against what a real Linux 7.3 printed.</summary>
public sealed class LegacyProgramTests(CPrograms programs)
{
    public static TheoryData<string> Modes => [.. Directory.GetFiles(Checkout.At("tests", "oracle"), "legacy-*.txt")
        .Select(file => Path.GetFileNameWithoutExtension(file)["legacy-".Length..]).Order()];

    [Theory]
    [MemberData(nameof(Modes))]
    public void EveryOutcomeIsThatOfARealKernel(string mode)
    {
        CommandResult result = CommandLine.RunUnder([], programs["legacy-static"], mode);
        Assert.Equal(File.ReadAllText(Checkout.At("tests", "oracle", $"legacy-{mode}.txt")), result.Output);
        Assert.Equal((0, ""), (result.Status, result.Error));
    }
}
