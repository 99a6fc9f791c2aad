namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Vfio.VFIO_IOMMU_SPAPR_REGISTER_MEMORY"/> and <see cref="Vfio.VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY"/>: pins and
/// charges memory once, so that maps are cheap.
/// </summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
public struct vfio_iommu_spapr_register_memory
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="size"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes that the caller provides.</summary>
    public uint argsz;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: address of the memory in the caller.</summary>
    public ulong vaddr;

    /// <summary>In: its length in bytes.</summary>
    public ulong size;
}
