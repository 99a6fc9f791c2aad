namespace Ioasis.Devices.Pci;

/// <summary>Who a function says it is: the read-only part of its header (PCI 3.0, 6.2.1).</summary>
/// <param name="Vendor">Vendor ID.</param>
/// <param name="Device">Device ID.</param>
/// <param name="Class">Class code, 24 bits: base class, subclass, programming interface.</param>
/// <param name="Revision">Revision ID.</param>
/// <param name="SubsystemVendor">Subsystem vendor ID.</param>
/// <param name="SubsystemDevice">Subsystem ID.</param>
public readonly record struct PciIdentity(
    ushort Vendor, ushort Device, uint Class, byte Revision = 0, ushort SubsystemVendor = 0, ushort SubsystemDevice = 0);
