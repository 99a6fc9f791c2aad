namespace Ioasis.Abi;

/// <summary>Argument of <see cref="Vfio.VFIO_IOMMU_SPAPR_TCE_CREATE"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_spapr_tce_create
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="start_addr"/>.</summary>
    public const int MinimumSize = 40;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: page size, as its power of two.</summary>
    public uint page_shift;

    /// <summary>In: zero.</summary>
    public uint __resv1;

    /// <summary>In: bytes of the window.</summary>
    public ulong window_size;

    /// <summary>In: levels of the table.</summary>
    public uint levels;

    /// <summary>In: zero.</summary>
    public uint __resv2;

    /// <summary>Out: where the window begins, a bus address.</summary>
    public ulong start_addr;
}

/// <summary>Argument of <see cref="Vfio.VFIO_IOMMU_SPAPR_TCE_REMOVE"/>.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_spapr_tce_remove
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="start_addr"/>.</summary>
    public const int MinimumSize = 16;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: where the window begins.</summary>
    public ulong start_addr;
}
