namespace Ioasis.Client.Transports;

/// <summary>A PCI device with a VFIO character device.</summary>
/// <param name="Address">Its PCI address, as Linux writes it: <c>0000:00:10.0</c>.</param>
/// <param name="Vendor">PCI vendor ID.</param>
/// <param name="Device">PCI device ID.</param>
/// <param name="Path">The character device: <c>/dev/vfio/devices/vfio0</c>.</param>
public sealed record VfioNode(string Address, ushort Vendor, ushort Device, string Path);
