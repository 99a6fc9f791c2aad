using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Drivers;

/// <summary>
/// Which functions are there and which driver has each: what Linux's driver core keeps for the PCI bus, behind the files by which
/// set-up scripts move devices (bind, unbind, driver_override, remove, rescan). Split by verb: Arrivals, Departures.
/// </summary>
/// <remarks>
/// Thread-safe. <see cref="_gate"/> protects the state of all slots and drivers, and the order in which their files change; below it come
/// the lock of the file tree, those of the engine, and <see cref="IVfioClients.Arrive"/>. Nobody waits under it: a device that a client
/// still has open leaves when the client lets go, and the task of the call that wanted it ends then.
/// Sources: drivers/base/bus.c, dd.c, drivers/pci/pci-driver.c, pci-sysfs.c of Linux 7.3.
/// </remarks>
public sealed partial class PciBus
{
    private readonly Lock _gate = new();
    private readonly FileTree _tree;
    private readonly Machine _machine;
    private readonly SortedDictionary<string, PciDriver> _drivers = new(StringComparer.Ordinal);
    private readonly List<PciSlot> _slots;
    private readonly Dictionary<PciFunction, PciSlot> _byFunction;
    private readonly Dictionary<string, PciSlot> _byName;
    private readonly LowestFree _numbers = new();
    private readonly LowestFree _minors = new();
    private readonly Dictionary<IommuGroup, (int Minor, int Members)> _groups = []; // those of which vfio-pci has a member
    private IVfioClients? _clients;

    internal PciBus(Machine machine, IReadOnlyList<PciFunction> functions)
    {
        _machine = machine;
        _tree = machine.Tree;
        _slots = [.. functions.Select((function, index) => new PciSlot(function, machine.Description.Devices[index].Driver))];
        _byFunction = _slots.ToDictionary(slot => slot.Function);
        _byName = _slots.ToDictionary(slot => slot.Name);
        foreach (string name in _slots.Select(slot => slot.Native).OfType<string>().Append(PciDriver.VfioName).Distinct())
            AddDriver(name);
        if (functions.Any(function => function.Bridge is not null))
            AddDriver(PciDriver.BridgeName);
        BusFiles.Add(_tree, this);
    }

    /// <summary>Every place of the bus, in the order of the description.</summary>
    public IReadOnlyList<PciSlot> Slots => _slots;

    /// <summary>drivers_autoprobe: a device that appears is given to a driver that matches.</summary>
    internal bool AutoProbe { get; set; } = true;

    /// <summary>The functions that vfio-pci has now, with the N of their vfioN, in the order of the description.</summary>
    public IReadOnlyList<(PciFunction Function, int Number)> VfioFunctions
    {
        get
        {
            lock (_gate)
                return [.. _slots.Where(slot => slot is { Number: >= 0, Leaving: null }).Select(slot => (slot.Function, slot.Number))];
        }
    }

    /// <summary>The driver that has a function; null without one.</summary>
    public string? DriverOf(PciFunction function)
    {
        lock (_gate)
            return _byFunction[function].Driver?.Name;
    }

    /// <summary>Makes known who serves the clients of vfio-pci; told of every function that the driver has already.</summary>
    public void Serve(IVfioClients clients)
    {
        lock (_gate)
        {
            _clients = clients;
            foreach (PciSlot slot in _slots.Where(static slot => slot.Number >= 0))
                clients.Arrive(slot, (uint)_groups[slot.Function.Physical.Group].Minor);
        }
    }

    /// <summary>All devices appear, as when the machine is started.</summary>
    internal void Start()
    {
        lock (_gate)
        {
            // Groups are numbered in their own order, whichever of their devices comes first.
            foreach (IommuGroup group in _slots.Where(IsForVfio).Select(slot => slot.Function.Physical.Group).Distinct().OrderBy(one => one.Id))
                AddGroup(group);
            foreach (PciSlot slot in _slots)
                AppearLocked(slot);
            foreach (PciSlot slot in _slots)
                ProbeLocked(slot);
        }
    }

    /// <summary>Runs something that reads or changes a slot's settings.</summary>
    internal T Locked<T>(Func<T> action)
    {
        lock (_gate)
            return action();
    }

    private static bool IsForVfio(PciSlot slot) => slot.Native == PciDriver.VfioName;

    private void AddDriver(string name)
    {
        var driver = new PciDriver(name);
        _drivers.Add(name, driver);
        DriverFiles.Add(_tree, this, driver);
    }

    /// <summary>Finds a device by what was written: its address, and perhaps a line end.</summary>
    private Errno FindLocked(ReadOnlySpan<byte> text, out PciSlot slot, ref Reason why)
    {
        string name = AttributeText.Line(text);
        if (_byName.TryGetValue(name, out slot!) && slot.IsPresent)
            return Errno.Success;
        return why.Because(ReasonCode.NoSuchDeviceOnBus, name: AttributeText.Shown(name));
    }
}
