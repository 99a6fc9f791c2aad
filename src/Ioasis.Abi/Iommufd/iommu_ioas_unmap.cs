namespace Ioasis.Abi;

/// <summary>Argument of <see cref="Iommufd.IOMMU_IOAS_UNMAP"/>: removes every mapping that lies within a range.</summary>
/// <remarks>
/// <para>Mappings go whole or not at all. IOVA 0 with a length of <see cref="ulong.MaxValue"/> means everything, and succeeds on an empty
/// address space too.</para>
/// <para>Errors: ENOENT nothing is mapped in the range, or the range cuts a mapping (those before the cut are gone by then, and
/// <see cref="length"/> is not written); EBUSY the kernel itself uses a mapping.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_ioas_unmap
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="length"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: the address space.</summary>
    public uint ioas_id;

    /// <summary>In: where the range begins.</summary>
    public ulong iova;

    /// <summary>In: bytes of the range. Out: bytes that were unmapped.</summary>
    public ulong length;
}
