namespace Ioasis.Engine.Hardware;

/// <summary>What kind of IOMMU it is: which table formats, identification registers and defaults it has.</summary>
public enum IommuType
{
    /// <summary>Intel VT-d.</summary>
    Vtd,

    /// <summary>Arm SMMUv3.</summary>
    Smmuv3,

    /// <summary>AMD IOMMU.</summary>
    Amd,

    /// <summary>RISC-V IOMMU.</summary>
    Riscv,

    /// <summary>The mock IOMMU of Linux's own tests, for tests of any user.</summary>
    Mock,
}
