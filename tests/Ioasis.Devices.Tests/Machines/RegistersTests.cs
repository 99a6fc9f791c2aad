using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Devices.Machines;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Tests.Machines;

/// <summary>What IOMMU_GET_HW_INFO tells of kinds other than VT-d.</summary>
public sealed class RegistersTests
{
    [Theory]
    [InlineData("smmuv3", 5u, 1u)] // 48 bits, 4 KiB pages
    [InlineData("smmuv3,aperture=0-0xffffffffff,page_sizes=64K", 2u, 4u)]
    [InlineData("smmuv3,aperture=0-0xfffffffffffff,page_sizes=16K", 6u, 2u)]
    public void AnSmmuHasOneStageAndTheSizesOfItsDescription(string description, uint outputSize, uint granules)
    {
        Iommu iommu = Build(description);
        Assert.Equal(iommu_hw_info_type.IOMMU_HW_INFO_TYPE_ARM_SMMUV3, iommu.InfoType);
        iommu_hw_info_arm_smmuv3 info = MemoryMarshal.Read<iommu_hw_info_arm_smmuv3>(iommu.Info.Span);
        Assert.Equal(2u, info.idr[0] & 3); // stage 1 and not stage 2
        Assert.Equal(0u, info.idr[0] >> 16 & 1); // no page requests
        Assert.Equal(16u, info.idr[1] & 0x3f); // stream IDs
        Assert.Equal(0u, info.idr[1] >> 6 & 0x1f); // no substreams
        Assert.Equal((outputSize, granules), (info.idr[5] & 7, info.idr[5] >> 4 & 7));
    }

    [Theory]
    [InlineData("amd", 2u)]
    [InlineData("amd,aperture=0-0xffffffffffff", 0u)]
    [InlineData("amd,aperture=0-0x1ffffffffffff", 1u)]
    public void AnAmdIommuHasAsManyLevelsAsItNeedsAndNoGuestTables(string description, uint levels)
    {
        Iommu iommu = Build(description);
        Assert.Equal(iommu_hw_info_type.IOMMU_HW_INFO_TYPE_AMD, iommu.InfoType);
        iommu_hw_info_amd info = MemoryMarshal.Read<iommu_hw_info_amd>(iommu.Info.Span);
        Assert.Equal(levels, info.efr >> 10 & 3);
        Assert.Equal(0u, info.efr >> 4 & 1); // no guest translation
    }

    private static Iommu Build(string description)
    {
        Assert.True(MachineDescription.TryParse([description], [], null, null, out MachineDescription? machine, out string? error), error);
        using Machine built = new(machine!);
        return built.Iommus[0];
    }
}
