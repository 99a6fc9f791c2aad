namespace Ioasis.Abi;

/// <summary>What to do with the container emulation's address space. As wide as <see cref="iommu_vfio_ioas.op"/>.</summary>
public enum iommufd_vfio_ioas_op : ushort
{
    /// <summary>Read its ID.</summary>
    IOMMU_VFIO_IOAS_GET = 0,

    /// <summary>Make another address space the one.</summary>
    IOMMU_VFIO_IOAS_SET = 1,

    /// <summary>Have none.</summary>
    IOMMU_VFIO_IOAS_CLEAR = 2,
}

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_VFIO_IOAS"/>: chooses the address space on which the descriptor's VFIO container ioctls work, which
/// have no ID.
/// </summary>
/// <remarks>
/// <para>The first group that enters the container makes an address space where none is set. Setting and clearing destroy nothing.</para>
/// <para>Errors: ENODEV reading while none is set.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_vfio_ioas
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="__reserved"/>.</summary>
    public const int MinimumSize = 12;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In, when setting: the address space. Out, when reading: its ID.</summary>
    public uint ioas_id;

    /// <summary>In: read, set or clear.</summary>
    public iommufd_vfio_ioas_op op;

    /// <summary>In: zero.</summary>
    public ushort __reserved;
}
