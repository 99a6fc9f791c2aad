using Ioasis.Abi;
using Ioasis.Conformance.Language;
using Ioasis.Conformance.Players;
using Ioasis.Conformance.Random;

namespace Ioasis.Conformance.Tests.Random;

/// <summary>With a bug put in on purpose: it is found, and what is left of the case shows it.</summary>
public sealed class ShrinkerTests
{
    private const int ENOENT = 2, EEXIST = 17;

    [Fact]
    public void ABugIsFoundAndShrunkToTheCallsThatShowIt()
    {
        using EmbeddedKernel right = EmbeddedKernel.Create(Suite.Iommus, Suite.Devices);
        using FaultyKernel wrong = new(EmbeddedKernel.Create(Suite.Iommus, Suite.Devices), Iommufd.IOMMU_IOAS_MAP, EEXIST);
        string found = Assert.Single(Differential.Compare(new LocalOracle(right), new LocalOracle(wrong), new Generator(1, everything: true), 0, 20, 60, most: 1));

        // The descriptor, the space, two maps that meet: one more line for memory at most.
        string[] calls = [.. found.Split('\n').Where(line => line.Contains("IOAS_MAP", StringComparison.Ordinal) && !line.StartsWith('#'))];
        Assert.Equal(2, calls.Length);
        Assert.InRange(found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => !line.StartsWith("case", StringComparison.Ordinal)), 4, 8);
        Assert.Contains("EEXIST", found, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsLeftCanBePastedIntoAFileOfCases()
    {
        using EmbeddedKernel right = EmbeddedKernel.Create(Suite.Iommus, Suite.Devices);
        using FaultyKernel wrong = new(EmbeddedKernel.Create(Suite.Iommus, Suite.Devices), Iommufd.IOMMU_DESTROY, ENOENT);
        LocalOracle one = new(right), other = new(wrong);
        string found = Differential.Compare(one, other, new Generator(2, everything: true), 0, 20, 60, most: 1).Single();

        CompiledCase pasted = Compiler.Compile(CaseFile.Read("pasted", found).Single());

        Assert.NotNull(Oracle.Difference(pasted, one.Play([pasted])[0], other.Play([pasted])[0]));
    }

    [Fact]
    public void ACaseDependsOnItsSeedAndPlaceOnly()
    {
        Generator generator = new(7, everything: true);
        string first = Shrinker.Text(generator.Make(3, 50));
        generator.Make(4, 50);

        Assert.Equal(first, Shrinker.Text(generator.Make(3, 50)));
        Assert.NotEqual(first, Shrinker.Text(new Generator(8, everything: true).Make(3, 50)));
    }
}
