using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Models;

/// <summary>A kind of device that a machine can have. docs/write-a-device.md shows how to write one.</summary>
/// <param name="Name">As the user writes it: lower-case letters, digits, and - between them.</param>
/// <param name="Identity">Who its functions say they are.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="Options">What can be chosen, beside what every device has.</param>
/// <param name="Create">Makes a function of it.</param>
public sealed record DeviceModel(
    string Name, PciIdentity Identity, string Summary, IReadOnlyList<DeviceOption> Options, Func<DevicePlace, PciFunction> Create);
