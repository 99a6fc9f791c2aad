using Ioasis.Devices.Pci;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// Devices that a bus reset takes together: those behind one bridge. A device on a root bus is alone, and no bridge is there that
/// could reset its bus. Linux's word is device set.
/// </summary>
internal sealed class ResetSet(PciAddress? bridge)
{
    private readonly List<VfioDevice> _devices = [];

    /// <summary>The lock of all its devices.</summary>
    public Lock Gate { get; } = new();

    public bool CanReset => bridge is not null;

    /// <summary>In the order of their addresses.</summary>
    public IReadOnlyList<VfioDevice> Devices => _devices;

    /// <summary>Adds a device, when the machine is built.</summary>
    public void Add(VfioDevice device)
    {
        int after = _devices.FindIndex(one => one.Function.Address.Rid.Value > device.Function.Address.Rid.Value);
        _devices.Insert(after < 0 ? _devices.Count : after, device);
    }
}
