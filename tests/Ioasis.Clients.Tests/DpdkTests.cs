using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>DPDK, which knows groups and containers only, sets up devices itself and by its PCI bus, and does DMA through them.</summary>
public sealed class DpdkTests
{
    private const string Address = "0000:00:10.0";

    [Fact]
    public void DpdkSetsUpADeviceThroughItsGroupAndCopiesAPage() => Run("dpdk", $"edu,address={Address},dma_mask=0xffffffffffffffff");

    [Fact]
    public void ADriverOnDpdksPciBusMapsABarAndUsesTheOffsetsThatItTakesForGranted() =>
        Run("dpdk_pci", $"dmatest,address={Address},memory=64K", "-DALLOW_INTERNAL_API", "-lrte_bus_pci", "-lrte_pci");

    private static void Run(string name, string device, params string[] compilerOptions)
    {
        Tools.SkipWithout("gcc");
        Tools.SkipWithout("pkg-config");
        CommandResult flags = CommandLine.Run("pkg-config", "--cflags", "libdpdk");
        if (flags.Status != 0)
            Assert.Skip("DPDK is not installed (scripts/install-ci.sh installs what CI needs)");

        string folder = Directory.CreateTempSubdirectory("ioasis-dpdk-").FullName;
        try
        {
            string program = Path.Combine(folder, name);
            string[] sources = [.. new[] { name, "verdict", "iommu", "device", "dma" }.Select(name => Checkout.At("tests", "programs", name + ".c"))];
            CommandResult built = CommandLine.Run(
                ["gcc", "-std=gnu11", "-O2", "-Wall", "-DALLOW_EXPERIMENTAL_API", .. flags.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
                    "-o", program, .. sources, .. compilerOptions, "-lrte_eal"]);
            Assert.True(built.Status == 0, built.ToString());

            CommandResult result = CommandLine.RunUnder(
                ["--device", device],
                program, Address, "-l", "0", "--no-huge", "-m", "64", "--iova-mode=va", "--no-telemetry", "--no-shconf", "--log-level=error");
            Assert.True(result.Status == 0, result.ToString());
            Assert.EndsWith($"{name}: every step as it should be\n", result.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
