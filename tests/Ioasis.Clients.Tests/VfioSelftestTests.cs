using System.Text.RegularExpressions;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>Linux 7.3's own VFIO selftests, built from its source and unmodified, against edu (and dmatest, for MSI-X and memory).</summary>
[Collection(nameof(HugePageCollection))]
public sealed partial class VfioSelftestTests
{
    /// <summary>What may be skipped: an interrupt that the device lacks, and huge pages that the host has not.</summary>
    private static readonly string[] s_mayBeSkipped = ["edu vfio_pci_device_test vfio_pci_irq_test.msix", "dmatest vfio_pci_device_test vfio_pci_irq_test.msi.", "hugetlb"];

    [Fact]
    public void AllOfThemPassInAllFiveModes()
    {
        CommandResult result = CommandLine.Run([Checkout.At("scripts", "vfio-selftests.sh"), .. CommandLine.Ioasis]);
        if (result.Status == 4)
            Assert.Skip($"Linux's VFIO selftests cannot be had here: {result.Error.Trim().Split('\n')[^1]}");
        Assert.True(result.Status == 0, result.ToString());

        string[] tests = [.. result.Output.Split('\n').Where(line => line.StartsWith("ok ", StringComparison.Ordinal) || line.StartsWith("SKIP ", StringComparison.Ordinal))];
        Assert.Equal(
            [
                ("dmatest vfio_dma_mapping_mmio_test", 15), ("dmatest vfio_pci_device_test", 5), ("edu vfio_dma_mapping_test", 30),
                ("edu vfio_iommufd_setup_test", 6), ("edu vfio_pci_device_init_perf_test", 5), ("edu vfio_pci_device_test", 5),
            ],
            tests.GroupBy(line => Program().Match(line).Groups[1].Value).Select(group => (group.Key, group.Count())).Order());
        foreach (string mode in new[] { "vfio_type1_iommu", "vfio_type1v2_iommu", "iommufd_compat_type1", "iommufd_compat_type1v2", "iommufd" })
            Assert.Equal(3, tests.Count(line => line.StartsWith($"ok   edu vfio_dma_mapping_test vfio_dma_map_limit_test.{mode}.", StringComparison.Ordinal)));
        Assert.All(
            tests.Where(line => line.StartsWith("SKIP", StringComparison.Ordinal)),
            line => Assert.Contains(s_mayBeSkipped, what => line.Contains(what, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^\w+ +(\w+ \w+) ")]
    private static partial Regex Program();
}
