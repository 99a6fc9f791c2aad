using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>Linux 7.3's own iommufd selftests, built from its source and unmodified, with the mock IOMMU.</summary>
[Collection(nameof(HugePageCollection))]
public sealed class IommufdSelftestTests
{
    /// <summary>Those of the variant without a vIOMMU that have nothing to test, on Linux as well.</summary>
    private static readonly string[] s_skipThemselves = ["viommu_alloc_nested_iopf", "viommu_alloc_with_data", "vdevice_cache", "hw_queue", "vdevice_tombstone"];

    [Fact]
    public void AllOfThemPass()
    {
        CommandResult result = CommandLine.Run([Checkout.At("scripts", "iommufd-selftests.sh"), .. CommandLine.Ioasis]);
        if (result.Status == 4)
            Assert.Skip($"Linux's iommufd selftests cannot be had here: {result.Error.Trim().Split('\n')[^1]}");
        Assert.True(result.Status == 0, result.ToString());

        string[] lines = result.Output.TrimEnd().Split('\n');
        string[] passed = [.. lines.Where(line => line.StartsWith("ok ", StringComparison.Ordinal))];
        string[] skipped = [.. lines.Where(line => line.StartsWith("SKIP ", StringComparison.Ordinal))];
        string[] withoutHugePages = [.. skipped.Where(line => line.EndsWith("huge pages", StringComparison.Ordinal))];
        Assert.Equal(8, passed.Count(line => line.Contains(" basic_fail_nth.", StringComparison.Ordinal)));
        Assert.Equal(246, passed.Length - 8 + skipped.Length);
        Assert.Equal(
            s_skipThemselves.Select(name => $"SKIP iommufd_viommu.no_viommu.{name}").Order(),
            skipped.Except(withoutHugePages).Select(line => line.Split(" #")[0]).Order());
        Assert.Equal($"iommufd-selftests: {passed.Length} passed, {skipped.Length} skipped, 0 failed", lines[^1]);
        if (withoutHugePages.Length != 0)
            Assert.Skip($"passed but for {withoutHugePages.Length} that want huge pages, which cannot be had here: {string.Join("; ", withoutHugePages)}");
        Assert.Equal(241 + 8, passed.Length);
    }
}
