using System.Text.RegularExpressions;

namespace Ioasis.Abi.Tests;

/// <summary>Everything that the headers declare is in the assembly, save what is excluded here by name and with a reason.</summary>
public sealed class HeaderCompletenessTests
{
    /// <summary>Parts of <c>linux/vfio.h</c> that are left out: a pattern for whole names, and why.</summary>
    private static readonly (string Names, string Reason)[] VfioExclusions =
    [
        (@"(VFIO|vfio)_(EEH_PE|eeh_pe)_\w+", "POWER's error handling goes to firmware that no machine of ours has"),
        (@"VFIO_(AP|CCW)_\w+|VFIO_REGION_SUBTYPE_CCW_\w+", "indexes of s390 channel devices and adjunct processors, which are not on PCI"),
        (@"VFIO_DEVICE_STATE_(V1_\w+|MASK|VALID|IS_ERROR|SET_ERROR)", "first migration protocol, replaced by VFIO_DEVICE_FEATURE"),
        (@"vfio_device_migration_info|VFIO_REGION_SUBTYPE_MIGRATION_\w+", "first migration protocol, replaced by VFIO_DEVICE_FEATURE"),
        (@"(VFIO|vfio)_(\w+_)?(NVLINK2|nvlink2)_\w+", "NVLink 2 of POWER9, which Linux no longer provides"),
    ];

    [Fact]
    public void AllOfIommufdIsHere() => Complaints.MustBeNone(Missing(new Header("iommufd.h")));

    [Fact]
    public void AllOfVfioIsHereSaveTheExclusions() =>
        Complaints.MustBeNone(
            Missing(new Header("vfio.h")).Where(name => !VfioExclusions.Any(exclusion => Covers(exclusion.Names, name))));

    [Fact]
    public void EveryExclusionLeavesOutSomethingThatIsReallyMissing()
    {
        var missing = Missing(new Header("vfio.h")).ToArray();
        Complaints.MustBeNone(
            from exclusion in VfioExclusions
            where !missing.Any(name => Covers(exclusion.Names, name))
            select $"{exclusion.Names} ({exclusion.Reason})");
    }

    [Theory]
    [InlineData("iommufd.h", 38)]
    [InlineData("vfio.h", 52)]
    public void TheHeaderReaderFindsWhatThereIs(string name, int leastStructs)
    {
        var header = new Header(name);
        Assert.True(header.Structs.Count >= leastStructs);
        Assert.All(header.Structs.Values, Assert.NotEmpty);
        Assert.NotEmpty(header.Enums);
        Assert.NotEmpty(header.Constants);
    }

    private static bool Covers(string pattern, string name) => Regex.IsMatch(name, $"^(?:{pattern})$");

    private static IEnumerable<string> Missing(Header header)
    {
        var structs = AbiTypes.Structs.ToDictionary(type => type.Name);
        var enums = AbiTypes.Enums.Select(type => type.Name).ToHashSet();
        var constants = AbiTypes.Constants.Select(constant => constant.Name).ToHashSet();
        foreach (var (name, fields) in header.Structs)
        {
            if (!structs.TryGetValue(name, out var type))
            {
                yield return name;
                continue;
            }

            var ours = AbiTypes.Fields(type).Select(field => field.Name).Concat(AbiTypes.FlexibleArrays(type).Select(array => array.Name));
            foreach (var field in fields.Except(ours))
                yield return $"{name}.{field}";
        }

        foreach (var name in header.Enums.Where(name => !enums.Contains(name)))
            yield return name;
        foreach (var name in header.Constants.Where(name => !constants.Contains(name)))
            yield return name;
    }
}
