using Ioasis.Devices.Pci;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Models;

/// <summary>A kind of device that a machine can have.</summary>
/// <param name="Name">As the user writes it.</param>
/// <param name="Identity">Who its functions say they are.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="Options">What can be chosen, beside what every device has.</param>
/// <param name="Create">Makes a function of it. The options are complete and within their limits.</param>
public sealed record DeviceModel(
    string Name,
    PciIdentity Identity,
    string Summary,
    IReadOnlyList<DeviceOption> Options,
    Func<PciAddress, PhysicalDevice, IReadOnlyDictionary<string, ulong>, PciFunction> Create);
