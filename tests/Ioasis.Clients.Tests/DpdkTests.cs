using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>DPDK, which knows groups and containers only, sets up an edu and does DMA through it.</summary>
public sealed class DpdkTests
{
    private const string Address = "0000:00:10.0";

    [Fact]
    public void DpdkSetsUpADeviceThroughItsGroupAndCopiesAPage()
    {
        Tools.SkipWithout("gcc");
        Tools.SkipWithout("pkg-config");
        CommandResult flags = CommandLine.Run("pkg-config", "--cflags", "libdpdk");
        if (flags.Status != 0)
            Assert.Skip("DPDK is not installed (scripts/install-ci.sh installs what CI needs)");

        string folder = Directory.CreateTempSubdirectory("ioasis-dpdk-").FullName;
        try
        {
            string program = Path.Combine(folder, "dpdk");
            string[] sources = [.. new[] { "dpdk", "verdict", "iommu", "device", "dma" }.Select(name => Checkout.At("tests", "programs", name + ".c"))];
            CommandResult built = CommandLine.Run(
                ["gcc", "-std=gnu11", "-O2", "-Wall", "-DALLOW_EXPERIMENTAL_API", .. flags.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
                    "-o", program, .. sources, "-lrte_eal"]);
            Assert.True(built.Status == 0, built.ToString());

            CommandResult result = CommandLine.RunUnder(
                ["--device", $"edu,address={Address},dma_mask=0xffffffffffffffff"],
                program, Address, "-l", "0", "--no-huge", "-m", "64", "--iova-mode=va", "--no-telemetry", "--no-shconf", "--log-level=error");
            Assert.True(result.Status == 0, result.ToString());
            Assert.EndsWith("dpdk: every step as it should be\n", result.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
