using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Objects;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// A device as the IOMMU sees it: a requester on the bus. The device's model puts its DMA on a <see cref="DmaPort"/>;
/// clients bind it to a context (<see cref="IommuContext.Bind"/>).
/// </summary>
public sealed partial class PhysicalDevice
{
    private readonly List<DmaPort> _ports = [];
    private volatile bool _busMaster;
    private ulong _earlierRead, _earlierWritten; // by ports that were abandoned; guarded by the system's gate

    public PhysicalDevice(string name, RequesterId rid, IommuGroup group, ReservedRegion[] reserved)
    {
        Name = name;
        Rid = rid;
        Group = group;
        ReservedRegions = reserved;
        group.Join(this);
    }

    /// <summary>As in sysfs: <c>0000:00:10.0</c>.</summary>
    public string Name { get; }

    public RequesterId Rid { get; }

    public IommuGroup Group { get; }

    public Iommu Iommu => Group.Iommu;

    /// <summary>IOVAs that this device cannot use.</summary>
    public IReadOnlyList<ReservedRegion> ReservedRegions { get; }

    /// <summary>Bits that the PASIDs of its requests may have: its own capability and the IOMMU's; 0 when it sends none.</summary>
    public int PasidBits { get; init; }

    /// <summary>It can ask for pages (PCIe Page Request Interface) and wait for the answer.</summary>
    public bool PageRequests { get; init; }

    /// <summary>What the type of IOMMU remembers of the device. Guarded by the lock of the context that it is bound to.</summary>
    internal object? IommuState { get; set; }

    /// <summary>The PCI command register's bus master bit: without it every DMA aborts. Any thread.</summary>
    public bool BusMaster
    {
        get => _busMaster;
        set => _busMaster = value;
    }

    /// <summary>The last aborted DMAs.</summary>
    public DmaFaultLog Faults { get; } = new();

    /// <summary>Bytes that the device has read from memory and written to it since it exists.</summary>
    public (ulong Read, ulong Written) Traffic
    {
        get
        {
            lock (Group.System.Gate)
            {
                ulong read = _earlierRead, written = _earlierWritten;
                foreach (DmaPort port in _ports)
                {
                    read += port.BytesRead;
                    written += port.BytesWritten;
                }

                return (read, written);
            }
        }
    }

    /// <summary>The object that it is bound as. Guarded by the system's gate.</summary>
    internal BoundDevice? Bound { get; set; }

    /// <summary>Guarded by the system's gate.</summary>
    internal IReadOnlyList<DmaPort> Ports => _ports;

    /// <summary>Calls off all DMA that the device has begun, and what it waits for. Returns at once; any thread.</summary>
    public void CancelDma()
    {
        lock (Group.System.Gate)
        {
            foreach (DmaPort port in _ports)
                port.Cancel();
        }
    }

    /// <summary>A port was abandoned: nobody waits for it.</summary>
    internal void ClosePort(DmaPort port)
    {
        lock (Group.System.Gate)
        {
            if (!_ports.Remove(port))
                return;
            Group.Owner?.Barrier.Remove(port);
            _earlierRead += port.BytesRead;
            _earlierWritten += port.BytesWritten;
        }
    }

    /// <summary>A way to memory for one thread of the device. Lives as long as the device, unless it is abandoned.</summary>
    /// <param name="epoch">Its first epoch: one that nobody has noted of the port that it replaces.</param>
    public DmaPort OpenPort(long epoch = 0)
    {
        DmaPort port = new(this, epoch);
        lock (Group.System.Gate)
        {
            _ports.Add(port);
            Group.Owner?.Barrier.Add(port);
        }

        return port;
    }
}
