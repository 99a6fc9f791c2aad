using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Devices.Machines;
using Ioasis.Engine.Addresses;

namespace Ioasis.Devices.Tests.Machines;

public sealed class VtdRegistersTests
{
    [Fact]
    public void TheDefaultUnitHasFourLevelsLargePagesAndNoNesting()
    {
        using Machine machine = new(MachineDescription.Default);
        Assert.Equal(iommu_hw_info_type.IOMMU_HW_INFO_TYPE_INTEL_VTD, machine.Iommus[0].InfoType);
        iommu_hw_info_vtd info = MemoryMarshal.Read<iommu_hw_info_vtd>(machine.Iommus[0].Info.Span);
        Assert.Equal(48u, (info.cap_reg >> 16 & 0x3f) + 1); // MGAW
        Assert.Equal(1ul << 2, info.cap_reg >> 8 & 0x1f); // SAGAW: four levels
        Assert.Equal(3u, info.cap_reg >> 34 & 0xf); // 2 MiB and 1 GiB
        Assert.Equal(new AddressRange(0, (1ul << 48) - 1), machine.Iommus[0].Aperture);
        Assert.Equal(0u, info.cap_reg >> 56 & 1);
        Assert.Equal(0u, info.ecap_reg >> 43 & 0x19); // second stage alone, without scalable mode
        Assert.Equal(0u, info.ecap_reg >> 26 & 1); // no nesting
        Assert.Equal(0u, info.ecap_reg >> 40 & 1); // no PASID
    }

    [Fact]
    public void HalfOfWhatTheLevelsTranslateIsTheApertureOfTheFirstStage()
    {
        Assert.True(MachineDescription.TryParse(["vtd,aperture=0-0x7fffffffffff"], [], null, null, out MachineDescription? description, out string? error), error);
        using Machine machine = new(description!);
        iommu_hw_info_vtd info = MemoryMarshal.Read<iommu_hw_info_vtd>(machine.Iommus[0].Info.Span);
        Assert.Equal(48u, (info.cap_reg >> 16 & 0x3f) + 1);
        Assert.Equal(1u, info.cap_reg >> 56 & 1);
        Assert.Equal(0x19u, info.ecap_reg >> 43 & 0x19); // first and second stage, in scalable mode
    }

    [Fact]
    public void ANarrowApertureHasThreeLevelsAndOtherKindsTellNothing()
    {
        Assert.True(MachineDescription.TryParse(["vtd,aperture=0x0-0x7fffffffff", "riscv"], [], null, null, out MachineDescription? description, out string? error), error);
        using Machine machine = new(description!);
        iommu_hw_info_vtd info = MemoryMarshal.Read<iommu_hw_info_vtd>(machine.Iommus[0].Info.Span);
        Assert.Equal(39u, (info.cap_reg >> 16 & 0x3f) + 1);
        Assert.Equal(iommu_hw_info_type.IOMMU_HW_INFO_TYPE_NONE, machine.Iommus[1].InfoType);
        Assert.True(machine.Iommus[1].Info.IsEmpty);
    }
}
