using System.Diagnostics;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Examples;

/// <summary>The example programs, started as anybody would start them.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void HelloIommuShowsDmaBothWaysAndTheReasonOfTheAbort()
    {
        (int status, string output) = Run("hello-iommu");
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

    [Theory]
    [InlineData("hello-iommu", "--kernel")]
    [InlineData("copy-file", "/proc/self/status", "/dev/null")]
    public void WithoutAnIommuAProgramSaysSoAndFails(string program, params string[] arguments)
    {
        Assert.SkipWhen(File.Exists("/dev/iommu"), "this machine has a /dev/iommu");
        (int status, string output) = Run(program, arguments);
        Assert.Contains("/dev/iommu", output, StringComparison.Ordinal);
        Assert.Equal(1, status);
    }

    private static (int Status, string Output) Run(string program, params string[] arguments)
    {
        // artifacts/bin/PROJECT/CONFIGURATION/PROGRAM, beside this test's own.
        string own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string path = Path.Combine(own, "..", "..", program, Path.GetFileName(own), program);
        using Process process = Process.Start(new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Rig.Patience * 3), $"{program} does not end");
        return (process.ExitCode, output.Result + errors.Result);
    }
}
