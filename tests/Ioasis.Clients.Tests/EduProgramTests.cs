using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>C programs that know Linux and nothing of us, static and dynamic, against what a real Linux 7.3 printed.</summary>
public sealed class EduProgramTests(CPrograms programs)
{
    public static TheoryData<string, string> LifetimeModes
    {
        get
        {
            TheoryData<string, string> modes = [];
            foreach (string file in Directory.GetFiles(Checkout.At("tests", "oracle"), "lifetime-*.txt"))
            {
                string mode = Path.GetFileNameWithoutExtension(file)["lifetime-".Length..];
                foreach (string program in new[] { "lifetime", "lifetime-static" })
                    modes.Add(program, mode);
            }

            return modes;
        }
    }

    [Theory]
    [InlineData("edu")]
    [InlineData("edu-static")]
    public void EduPrintsByteForByteWhatItPrintsOnARealKernel(string program)
    {
        CommandResult result = CommandLine.RunUnder([], programs[program]);
        Assert.Equal(Recorded("edu.txt"), result.Output);
        Assert.Equal((0, ""), (result.Status, result.Error));
    }

    [Theory]
    [MemberData(nameof(LifetimeModes))]
    public void DescriptorsLiveAsLongAsOnARealKernel(string program, string mode)
    {
        CommandResult result = CommandLine.RunUnder([], programs[program], mode);
        Assert.Equal(Recorded($"lifetime-{mode}.txt"), result.Output);
    }

    [Theory]
    [InlineData("dmatest")]
    [InlineData("dmatest-static")]
    public void DmatestCopiesAPageAndCannotAfterUnmap(string program)
    {
        CommandResult result = CommandLine.RunUnder([], programs[program]);
        Assert.True(result.Status == 0, result.ToString());
        Assert.Contains("every step as it should be", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("regions")]
    [InlineData("regions-static")]
    public void RegionsAreWhereProgramsTakeThemToBe(string program)
    {
        CommandResult result = CommandLine.RunUnder(["--device", "edu", "--device", "dmatest"], programs[program]);
        Assert.True(result.Status == 0, result.ToString());
        Assert.Contains("every step as it should be", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnprivilegedUserCanDoAllOfIt()
    {
        string program = programs["edu-static"];
        using Nobody nobody = new(CommandLine.Ioasis[^1], program);
        CommandResult result = CommandLine.Run(nobody.Command([.. CommandLine.Ioasis, "run", "--", program]));
        Assert.True(result.Status == 0, result.ToString());
        Assert.Equal(Recorded("edu.txt"), result.Output);
    }

    [Fact]
    public void ExplainSaysInOneLineWhyACallFailedAndWhyADmaWasAborted()
    {
        CommandResult result = CommandLine.RunUnder(["--explain"], programs["edu-static"]);
        Assert.Equal(Recorded("edu.txt"), result.Output);
        string[] lines = result.Error.TrimEnd().Split('\n');
        Assert.Contains(lines, line => line.Contains("IOMMU_IOAS_MAP", StringComparison.Ordinal) && line.Contains("EEXIST", StringComparison.Ordinal)
            && line.Contains("meets the mapping", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("VFIO_DEVICE_BIND_IOMMUFD", StringComparison.Ordinal) && line.Contains("EBADFD", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("DMA", StringComparison.Ordinal) && line.Contains("is not mapped", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.StartsWith("ioasis: ", line, StringComparison.Ordinal));
    }

    private static string Recorded(string name) => File.ReadAllText(Checkout.At("tests", "oracle", name));
}
