namespace Ioasis.Abi;

/// <summary>Argument of <see cref="Vfio.VFIO_DEVICE_PCI_HOT_RESET"/>: resets the slot or bus, with every device on it.</summary>
/// <remarks>
/// <para>Errors: EINVAL also when a device that is touched is not the caller's; ENODEV neither slot nor bus can be reset; EBADF no such
/// descriptor.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_pci_hot_reset
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="count"/>.</summary>
    public const int MinimumSize = 12;

    /// <summary>
    /// Where the flexible array <c>group_fds</c> begins, in bytes from the start of the struct: descriptors (int) of all groups that are
    /// touched, to prove that the caller owns them.
    /// </summary>
    public const int offsetof_group_fds = 12;

    /// <summary>In: bytes that the caller provides, array included.</summary>
    public uint argsz;

    /// <summary>In: zero, no flag exists.</summary>
    public uint flags;

    /// <summary>In: groups in the array. Zero exactly when the device was opened by its own path.</summary>
    public uint count;
}
