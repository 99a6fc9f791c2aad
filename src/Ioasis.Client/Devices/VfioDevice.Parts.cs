using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Client.Transports;

namespace Ioasis.Client.Devices;

/// <summary>What the device has: information, regions, interrupts. All of it needs a bound device.</summary>
public sealed partial class VfioDevice
{
    private const ulong CommandRegister = 4;
    private const ushort BusMasterBit = 4;

    private readonly DeviceRegion?[] _regions = new DeviceRegion?[(int)vfio_pci_region_index.VFIO_PCI_NUM_REGIONS];

    /// <summary>The PCI configuration space.</summary>
    public DeviceRegion Config => Region((int)vfio_pci_region_index.VFIO_PCI_CONFIG_REGION_INDEX);

    /// <summary>
    /// Whether the device may do DMA at all: the bus master bit of its command register, which is off when a device has just
    /// been opened, and which a reset leaves as it is.
    /// </summary>
    public bool BusMaster
    {
        get => (Config.Read<ushort>(CommandRegister) & BusMasterBit) != 0;
        set
        {
            ushort command = Config.Read<ushort>(CommandRegister);
            Config.Write(CommandRegister, (ushort)(value ? command | BusMasterBit : command & ~BusMasterBit));
        }
    }

    /// <summary>Asks the device what it is.</summary>
    public DeviceInfo GetInfo()
    {
        vfio_device_info args = new() { argsz = (uint)Unsafe.SizeOf<vfio_device_info>() };
        CallResult result = _handle.Ioctl(Vfio.VFIO_DEVICE_GET_INFO, ref args);
        return result.Failed
            ? throw new IommuException(nameof(Vfio.VFIO_DEVICE_GET_INFO), Path, result)
            : new DeviceInfo(args.flags, (int)args.num_regions, (int)args.num_irqs);
    }

    /// <summary>A region: BARs have the indexes 0 to 5.</summary>
    /// <exception cref="IommuException">EINVAL: there is no such index.</exception>
    public DeviceRegion Region(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (index < _regions.Length && Volatile.Read(ref _regions[index]) is { } known)
            return known;
        vfio_region_info args = new() { argsz = (uint)Unsafe.SizeOf<vfio_region_info>(), index = (uint)index };
        CallResult result = _handle.Ioctl(Vfio.VFIO_DEVICE_GET_REGION_INFO, ref args);
        if (result.Failed)
            throw new IommuException(nameof(Vfio.VFIO_DEVICE_GET_REGION_INFO), $"{Path}, region {index}", result);
        DeviceRegion region = new(_handle, Path, index, in args);
        if (index < _regions.Length)
            Volatile.Write(ref _regions[index], region);
        return region;
    }

    /// <summary>How many interrupts of a kind the device has; 0 for none.</summary>
    public int CountInterrupts(InterruptKind kind)
    {
        vfio_irq_info args = new() { argsz = (uint)Unsafe.SizeOf<vfio_irq_info>(), index = (uint)kind };
        CallResult result = _handle.Ioctl(Vfio.VFIO_DEVICE_GET_IRQ_INFO, ref args);
        return result.Failed
            ? throw new IommuException(nameof(Vfio.VFIO_DEVICE_GET_IRQ_INFO), $"{Path}, {kind}", result)
            : (int)args.count;
    }

    /// <summary>Enables the INTx line.</summary>
    /// <inheritdoc cref="EnableInterrupts"/>
    public InterruptSet EnableIntx() => EnableInterrupts(InterruptKind.Intx, 1);

    /// <summary>Enables MSI vectors 0 to <paramref name="count"/> - 1.</summary>
    /// <inheritdoc cref="EnableInterrupts"/>
    public InterruptSet EnableMsi(int count = 1) => EnableInterrupts(InterruptKind.Msi, count);

    /// <summary>Enables MSI-X vectors 0 to <paramref name="count"/> - 1.</summary>
    /// <inheritdoc cref="EnableInterrupts"/>
    public InterruptSet EnableMsix(int count = 1) => EnableInterrupts(InterruptKind.Msix, count);

    /// <summary>Enables interrupts; a device has one kind enabled at a time.</summary>
    /// <exception cref="IommuException">EINVAL: the device has not that many, or another kind is enabled.</exception>
    private InterruptSet EnableInterrupts(InterruptKind kind, int count) => InterruptSet.Enable(_handle, Path, kind, count);
}
