namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_IOAS_CHANGE_PROCESS"/>: charges the calling process for all pinned memory of the descriptor.
/// </summary>
/// <remarks>
/// <para>For handing a descriptor to another process. All or nothing.</para>
/// <para>Errors: EINVAL some mapping was not made by <see cref="iommu_ioas_map_file"/>; EBUSY a mapping is being made or removed; ENOMEM
/// also when RLIMIT_MEMLOCK does not allow the charge.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_change_process
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="__reserved"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: zero.</summary>
    public uint __reserved;
}
