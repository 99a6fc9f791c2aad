using Ioasis.Abi;

namespace Ioasis.Client.Devices;

/// <summary>What a device says about itself (VFIO_DEVICE_GET_INFO).</summary>
/// <param name="Flags">Its kind and abilities.</param>
/// <param name="Regions">How many region indexes there are; some may have no bytes.</param>
/// <param name="Interrupts">How many interrupt indexes there are; some may have no interrupt.</param>
public sealed record DeviceInfo(vfio_device_flags Flags, int Regions, int Interrupts)
{
    /// <summary>Whether it can be reset by itself.</summary>
    public bool CanReset => (Flags & vfio_device_flags.VFIO_DEVICE_FLAGS_RESET) != 0;

    /// <summary>Whether it is a PCI device.</summary>
    public bool IsPci => (Flags & vfio_device_flags.VFIO_DEVICE_FLAGS_PCI) != 0;
}
