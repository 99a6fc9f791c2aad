namespace Ioasis.Abi;

/// <summary>
/// Argument of <see cref="Iommufd.IOMMU_VDEVICE_ALLOC"/>: gives a device the identity that a guest's IOMMU knows it by (vDEVICE).
/// </summary>
/// <remarks>
/// <para>Destroy it before the device's descriptor is closed; otherwise its ID stays taken until the iommufd closes.</para>
/// <para>Errors: EEXIST the device has a vDEVICE already, or the vIOMMU has the virtual ID already; EINVAL the device is behind another
/// IOMMU.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_vdevice_alloc
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="virt_id"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: the vIOMMU.</summary>
    public uint viommu_id;

    /// <summary>In: the device.</summary>
    public uint dev_id;

    /// <summary>Out: ID of the vDEVICE.</summary>
    public uint out_vdevice_id;

    /// <summary>In: what the guest calls the device: stream ID on Arm SMMUv3, device ID on AMD, requester ID on Intel VT-d.</summary>
    public ulong virt_id;
}
