using Ioasis.Devices.Pci;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// Devices that a bus reset takes together: those behind one bridge. A device on a root bus is alone, and no bridge is there that
/// could reset its bus. Linux's word is device set.
/// </summary>
internal sealed class ResetSet(PciAddress? bridge)
{
    private readonly Lock _gate = new();
    private volatile VfioDevice[] _devices = [];

    /// <summary>The lock of all its devices.</summary>
    public Lock Gate => _gate;

    public bool CanReset => bridge is not null;

    /// <summary>In the order of their addresses.</summary>
    public IReadOnlyList<VfioDevice> Devices => _devices;

    /// <summary>Adds a device that vfio-pci has got.</summary>
    public void Add(VfioDevice device)
    {
        lock (_gate)
            _devices = [.. _devices.Append(device).OrderBy(static one => one.Function.Address.Rid.Value)];
    }

    /// <summary>Takes a device out that vfio-pci has let go of.</summary>
    public void Remove(VfioDevice device)
    {
        lock (_gate)
            _devices = [.. _devices.Where(one => one != device)];
    }
}
