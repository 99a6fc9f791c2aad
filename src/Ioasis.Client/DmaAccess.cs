namespace Ioasis.Client;

/// <summary>What a device may do with memory. The values are those of the flags of IOMMU_IOAS_MAP.</summary>
[Flags]
public enum DmaAccess
{
    /// <summary>Nothing; not accepted by any call.</summary>
    None = 0,

    /// <summary>The device may write to memory.</summary>
    Write = 2,

    /// <summary>The device may read memory.</summary>
    Read = 4,

    /// <summary>Both.</summary>
    ReadWrite = Read | Write,
}
