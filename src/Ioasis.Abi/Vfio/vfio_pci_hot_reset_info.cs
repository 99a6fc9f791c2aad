using System.Runtime.InteropServices;

namespace Ioasis.Abi;

/// <summary>
/// How <see cref="vfio_pci_hot_reset_info"/> names devices. The header has these as plain macros; the enum's name is ours.
/// </summary>
[Flags]
public enum vfio_pci_hot_reset_flags : uint
{
    /// <summary>By their ID in the caller's iommufd; without it, by IOMMU group.</summary>
    VFIO_PCI_HOT_RESET_FLAG_DEV_ID = 1 << 0,

    /// <summary>The caller owns all of them: it may reset.</summary>
    VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED = 1 << 1,
}

/// <summary>A device that a hot reset touches.</summary>
/// <remarks>Source: <c>linux/vfio.h</c>.</remarks>
[StructLayout(LayoutKind.Explicit)]
public struct vfio_pci_dependent_device
{
    /// <summary>As <see cref="devid"/>: it has no ID here, but the caller owns it, since it shares a group with one that has.</summary>
    public const uint VFIO_PCI_DEVID_OWNED = 0;

    /// <summary>As <see cref="devid"/>: the caller does not own it.</summary>
    public const uint VFIO_PCI_DEVID_NOT_OWNED = uint.MaxValue;

    /// <summary>Out: its IOMMU group, when it was opened through a group.</summary>
    [FieldOffset(0)]
    public uint group_id;

    /// <summary>Out: its ID in the iommufd, or one of the two constants; shares its place with <see cref="group_id"/>.</summary>
    [FieldOffset(0)]
    public uint devid;

    /// <summary>Out: PCI segment.</summary>
    [FieldOffset(4)]
    public ushort segment;

    /// <summary>Out: PCI bus.</summary>
    [FieldOffset(6)]
    public byte bus;

    /// <summary>Out: PCI slot in bits 7:3, function in bits 2:0.</summary>
    [FieldOffset(7)]
    public byte devfn;
}

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_GET_PCI_HOT_RESET_INFO"/>.</summary>
/// <remarks>
/// <para>Errors: ENOSPC the array is too short, <see cref="count"/> is written; ENODEV neither slot nor bus can be reset.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_pci_hot_reset_info
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="count"/>.</summary>
    public const int MinimumSize = 12;

    /// <summary>
    /// Where the flexible array <c>devices</c> begins, in bytes from the start of the struct: the <see cref="vfio_pci_dependent_device"/>
    /// entries.
    /// </summary>
    public const int offsetof_devices = 12;

    /// <summary>In: bytes that the caller provides, array included.</summary>
    public uint argsz;

    /// <summary>Out: how devices are named, and whether the caller owns them.</summary>
    public vfio_pci_hot_reset_flags flags;

    /// <summary>Out: devices that there are.</summary>
    public uint count;
}
