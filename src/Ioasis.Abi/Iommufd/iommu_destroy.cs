namespace Ioasis.Abi;

/// <summary>Argument of <see cref="Iommufd.IOMMU_DESTROY"/>: destroys one object of the descriptor, whatever its type.</summary>
/// <remarks>
/// <para>Errors: ENOENT no object has this ID; EBUSY another object, an open descriptor or a call in flight still uses it.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_destroy
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="id"/>.</summary>
    public const int MinimumSize = 8;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: the object's ID.</summary>
    public uint id;
}
