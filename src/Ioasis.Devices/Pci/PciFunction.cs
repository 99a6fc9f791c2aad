using Ioasis.Abi;
using Ioasis.Devices.Interrupts;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Devices.Registers;
using Ioasis.Devices.Work;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_region_info_flags;

namespace Ioasis.Devices.Pci;

/// <summary>
/// One PCI function: configuration space, BARs, interrupts, reset and the right to DMA. A device model derives from it and
/// answers accesses to its registers. Clients see it as Linux's vfio-pci shows a function.
/// </summary>
/// <remarks>
/// <see cref="Sync"/> protects configuration space and the model's registers; register accesses come one at a time, under it.
/// Below it come the locks of <see cref="FunctionInterrupts"/> and of the IOMMU's system. DMA is never done, nor waited for, under it,
/// nor done on a client's thread: models do it on a <see cref="DeviceWorker"/>.
/// </remarks>
public abstract partial class PciFunction : IDisposable
{
    private readonly FunctionLayout _layout;
    private readonly ConfigSpace _config;
    private readonly PowerCapability? _power;
    private readonly MsiCapability? _msi;
    private readonly MsixCapability? _msix;
    private readonly ExpressCapability? _express;
    private readonly List<DeviceWorker> _workers = [];
    private readonly List<RegisterValues> _values = []; // of each BAR that has a block of registers
    private readonly Bar?[] _bars = new Bar?[Bar.Count];
    private byte[] _powerOn;

    /// <param name="place">Where in its machine it is.</param>
    /// <param name="layout">What it is made of; belongs to this function from now on.</param>
    protected PciFunction(DevicePlace place, FunctionLayout layout)
    {
        Address = place.Address;
        Physical = place.Requester;
        _layout = layout;
        Identity = layout.Identity;
        foreach (Bar bar in layout.Bars)
        {
            _bars[bar.Index] = bar;
            _memories[bar.Index] = bar.IsMemory ? new BarMemory(bar) : null;
            if (bar.Registers is { } block)
                _values.Add(new RegisterValues(block));
        }
        _config = layout.ToConfigSpace();
        _powerOn = _config.ToArray();
        _power = layout.Find<PowerCapability>();
        _msi = layout.Find<MsiCapability>();
        _msix = layout.Find<MsixCapability>();
        _express = layout.Find<ExpressCapability>();
        RegisterEvents = new RegisterEvents(this);
        Interrupts = new FunctionInterrupts(layout.InterruptPin != 0, _msi?.Vectors ?? 0, _msix?.Vectors ?? 0);
    }

    public PciAddress Address { get; }

    /// <summary>The function as the IOMMU sees it.</summary>
    public PhysicalDevice Physical { get; }

    public PciIdentity Identity { get; private set; }

    public IReadOnlyList<Bar> Bars => _layout.Bars;

    public FunctionInterrupts Interrupts { get; }

    /// <summary>Register writes that a client's eventfds cause.</summary>
    public RegisterEvents RegisterEvents { get; }

    /// <summary>The bridge above its bus, which can reset all functions there; null on a root bus.</summary>
    public PciAddress? Bridge { get; internal set; }

    /// <summary>Whether it is PCI Express.</summary>
    internal bool IsExpress => _express is not null;

    /// <summary>Whether it can be reset by itself: through its PCIe capability.</summary>
    public bool CanReset => _express is not null;

    /// <summary>Protects the model's registers.</summary>
    protected Lock Sync { get; } = new();

    /// <summary>A region by VFIO's index; null for one that does not exist at all (VGA, and beyond).</summary>
    public RegionInfo? Region(uint index)
    {
        if (index == (uint)vfio_pci_region_index.VFIO_PCI_CONFIG_REGION_INDEX)
            return new RegionInfo(ConfigSpace.Size, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
        if (index > (uint)vfio_pci_region_index.VFIO_PCI_ROM_REGION_INDEX)
            return null;
        return FindBar(index) is { } bar
            ? new RegionInfo(bar.Size, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE)
            : default(RegionInfo);
    }

    /// <summary>The configuration space before any client opened the function: what sysfs shows.</summary>
    public byte[] ConfigAtRest()
    {
        lock (Sync)
            return [.. _powerOn];
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the model's threads and gives up its DMA.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        Close();
        foreach (DeviceWorker worker in _workers)
            worker.Dispose();
    }

    /// <summary>Gives the model a thread of its own, with a way to memory. What its work throws takes the device out.</summary>
    /// <remarks>For the constructor of the model.</remarks>
    protected DeviceWorker AddWorker()
    {
        var worker = new DeviceWorker(Physical, Physical.Name) { Failed = failure => Fail("in its work", failure) };
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Sends an MSI or MSI-X message, which is a write to memory: without bus mastering there is none.</summary>
    protected void SendMessage(uint vector)
    {
        if (!Physical.BusMaster)
            Notice(ReasonCode.InterruptNoBusMaster, vector);
        else if (Interrupts.Mode is InterruptMode.Msi or InterruptMode.Msix)
            Interrupts.SendMessage(vector);
        else
            Notice(ReasonCode.InterruptNotHeard, vector);
    }

    /// <summary>Says in the header that other functions share its slot, when the machine is built.</summary>
    internal void MarkAsOneOfSeveral()
    {
        lock (Sync)
        {
            _config.Set8(ConfigOffset.HeaderType, ConfigOffset.HeaderSeveralFunctions);
            _powerOn = _config.ToArray();
        }
    }

    /// <summary>Has it say another class code than its model's, when the machine is built.</summary>
    internal void MarkAs(uint code)
    {
        lock (Sync)
        {
            Identity = Identity with { Class = code };
            _config.Set8(ConfigOffset.Class, (byte)code);
            _config.Set16(ConfigOffset.Class + 1, (ushort)(code >> 8));
            _powerOn = _config.ToArray();
        }
    }

    /// <summary>Gives the BARs their addresses, when the machine is built.</summary>
    internal void PlaceBars(Func<Bar, ulong> place)
    {
        lock (Sync)
        {
            foreach (Bar bar in _layout.Bars)
            {
                bar.Address = place(bar);
                int register = ConfigOffset.Bar0 + bar.Index * sizeof(uint);
                _config.Set32(register, (uint)bar.Address | bar.TypeBits);
                if (bar.Is64Bit)
                    _config.Set32(register + sizeof(uint), (uint)(bar.Address >> 32));
            }
            _powerOn = _config.ToArray();
        }
    }

    private Bar? FindBar(uint index) => index < (uint)_bars.Length ? _bars[index] : null;
}
