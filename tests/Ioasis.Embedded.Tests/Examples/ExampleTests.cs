using System.Diagnostics;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Examples;

/// <summary>The example programs, started as anybody would start them.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void HelloIommuShowsDmaBothWaysAndTheReasonOfTheAbort()
    {
        (int status, string output) = Run("hello-iommu", "hello-iommu");
        Assert.Equal(
            """
            opened /dev/iommu, and /dev/vfio/devices/vfio0 for 0000:00:10.0
            mapped 4096 bytes at IOVA 0x1000
            DMA in: True, DMA out: True, memory holds "Hello, IOMMU"
            after unmap, DMA in: False
            DMA read of 4096 bytes at IOVA 0x1000 by 0000:00:10.0 aborted: IOVA 0x1000 is not mapped in the address space of 0000:00:10.0

            """, output);
        Assert.Equal(0, status);
    }

    private const string EduLines =
        """
        alive: True, 10! = 3628800
        4096 bytes through the device by DMA: the same
        after unmap, the memory is untouched

        """;

    [Fact]
    public void HelloEduDrivesEduInThisProcess()
    {
        (int status, string output) = Run("hello-edu", "hello-edu");
        Assert.Equal(
            EduLines + "DMA write of 4096 bytes at IOVA 0x200000 by 0000:00:10.0 aborted: IOVA 0x200000 is not mapped in the address space of 0000:00:10.0\n",
            output);
        Assert.Equal(0, status);
    }

    [Fact]
    public void TheSameEduRunsUnderTheRunner()
    {
        (int status, string output) = Run("Ioasis.Cli", "ioasis", "run", "--device", "edu", "--", PathOf("hello-edu", "hello-edu"), "--kernel");
        Assert.Equal((0, EduLines), (status, output));
    }

    [Theory]
    [InlineData("hello-iommu", "--kernel")]
    [InlineData("hello-edu", "--kernel")]
    [InlineData("copy-file", "/proc/self/status", "/dev/null")]
    public void WithoutAnIommuAProgramSaysSoAndFails(string program, params string[] arguments)
    {
        Assert.SkipWhen(File.Exists("/dev/iommu"), "this machine has a /dev/iommu");
        (int status, string output) = Run(program, program, arguments);
        Assert.Contains("/dev/iommu", output, StringComparison.Ordinal);
        Assert.Equal(1, status);
    }

    [Fact]
    public void TheSameHelloRunsUnderTheRunner()
    {
        (int status, string output) = Run("Ioasis.Cli", "ioasis", "run", "--device", "dmatest", "--", PathOf("hello-iommu", "hello-iommu"), "--kernel");
        Assert.Contains("DMA in: True, DMA out: True, memory holds \"Hello, IOMMU\"", output, StringComparison.Ordinal);
        Assert.Equal(0, status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 4096)]
    [InlineData(100 * 4096 + 17)]
    public void CopyFileCopiesEveryByteByDma(int length)
    {
        string source = Path.GetTempFileName(), target = Path.GetTempFileName();
        File.WriteAllBytes(source, Bytes.Pattern(length, 11));
        (int status, string output) = Run(
            "Ioasis.Cli", "ioasis", "run", "--device", "dmatest", "--", PathOf("copy-file", "copy-file"), source, target);
        int pages = (length + 4095) / 4096;
        Assert.Contains($"moved    {length} bytes in {pages} pages, {2 * pages} DMA transfers, {2 * pages} interrupts", output, StringComparison.Ordinal);
        Assert.Contains("is the same", output, StringComparison.Ordinal);
        Assert.Equal(0, status);
        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(target));
        File.Delete(source);
        File.Delete(target);
    }

    [Fact]
    public void CopyFileKnowsNothingOfUs()
    {
        string dependencies = File.ReadAllText(PathOf("copy-file", "copy-file.deps.json"));
        Assert.DoesNotContain("Ioasis", dependencies, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void AHostOfThreeLinesHasTheWholeCommandLineAndItsDevice()
    {
        const string Id = "/sys/bus/pci/devices/0000:00:10.0/device";
        Assert.Equal((0, "0x5add\n"), Run("my-device", "my-device", "run", "--device", "summer", "--", "cat", Id));
        Assert.Contains("summer  1234:5add  adds up words in memory", Run("my-device", "my-device", "devices").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAssemblyWithAModelStandsForIt()
    {
        string file = PathOf("my-device", "my-device.dll");
        Assert.Equal(
            (0, "0x5add\n"), Run("Ioasis.Cli", "ioasis", "run", "--device", $"{file},address=0000:00:12.0", "--", "cat", "/sys/bus/pci/devices/0000:00:12.0/device"));
        (string Device, string Error)[] wrong =
        [
            ("./nothing.dll", "there is no such file"),
            ("/dev/null", "no .NET assembly"),
            (PathOf("my-device", "Ioasis.Abi.dll"), "no public type has a public static DeviceModel"),
            ($"{file},colour=red", "summer has no setting \"colour\""),
        ];
        foreach ((string device, string error) in wrong)
        {
            (int status, string output) = Run("Ioasis.Cli", "ioasis", "run", "--device", device, "--", "true");
            Assert.True(status == 2 && output.Contains(error, StringComparison.Ordinal) && output.Count(one => one == '\n') == 1, output);
        }
    }

    /// <summary>artifacts/bin/PROJECT/CONFIGURATION/FILE, beside this test's own.</summary>
    private static string PathOf(string project, string file)
    {
        string own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(own, "..", "..", project, Path.GetFileName(own), file));
    }

    private static (int Status, string Output) Run(string project, string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(PathOf(project, program), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Rig.Patience * 3))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} does not end");
        }

        return (process.ExitCode, output.Result + errors.Result);
    }
}
