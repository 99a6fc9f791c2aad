namespace Ioasis.Devices.Drivers;

/// <summary>
/// A driver of the PCI bus. Only vfio-pci does something; any other is a name that takes devices away from it, as a driver of the
/// system would.
/// </summary>
/// <remarks><see cref="PciBus"/>'s lock protects it.</remarks>
public sealed class PciDriver(string name)
{
    /// <summary>The driver that gives devices to clients.</summary>
    public const string VfioName = "vfio-pci";

    /// <summary>The driver of bridges.</summary>
    public const string BridgeName = "pcieport";

    private readonly List<DynamicId> _ids = [];

    public string Name => name;

    public bool IsVfio => name == VfioName;

    /// <summary>
    /// Whether it does DMA for the system, and so keeps clients away from the whole group; those that do not are known by name (Linux:
    /// driver_managed_dma).
    /// </summary>
    public bool DoesDma => name is not (VfioName or BridgeName or "pci-stub");

    /// <summary>Where sysfs shows it.</summary>
    internal string Path => $"/sys/bus/pci/drivers/{name}";

    /// <summary>Whether it would take a device (pci_bus_match): an override decides alone, else an ID that it was given or was made with.</summary>
    internal bool Matches(PciSlot slot) =>
        slot.Override is { } chosen ? chosen == name : slot.Native == name || _ids.Exists(id => id.Matches(slot.Function.Identity));

    /// <summary>Takes a new ID (new_id).</summary>
    internal void Add(DynamicId id) => _ids.Add(id);

    /// <summary>Whether an ID that was given matches these.</summary>
    internal bool Knows(DynamicId id) => _ids.Exists(one => one.Matches(id.AsIdentity));

    /// <summary>Forgets an ID (remove_id).</summary>
    internal bool Remove(DynamicId id)
    {
        int at = _ids.FindIndex(id.IsSame);
        if (at >= 0)
            _ids.RemoveAt(at);
        return at >= 0;
    }
}
