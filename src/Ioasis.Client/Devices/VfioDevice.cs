using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Client.Native;
using Ioasis.Client.Transports;

namespace Ioasis.Client.Devices;

/// <summary>
/// An open VFIO device: bound to an <see cref="Iommu"/>, attached to an address space, and then driven through its regions
/// and interrupts. Thread-safe.
/// </summary>
/// <remarks>Split by noun: what the device has (information, regions, interrupts) is in the other file of this class.</remarks>
public sealed partial class VfioDevice : IDisposable
{
    private readonly DescriptorHandle _handle;
    private Iommu? _iommu;
    private uint _id;

    private VfioDevice(DescriptorHandle handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    /// <summary>The character device.</summary>
    public string Path { get; }

    /// <summary>What it is bound to; null before <see cref="Bind"/>.</summary>
    public Iommu? Iommu => Volatile.Read(ref _iommu);

    /// <summary>Its object number in the <see cref="Iommu"/>.</summary>
    /// <exception cref="InvalidOperationException">It is not bound.</exception>
    public uint Id => Iommu is null ? throw new InvalidOperationException($"{Path} is not bound to an Iommu yet") : _id;

    /// <summary>Lists the PCI devices that can be opened, in the order of their addresses.</summary>
    /// <param name="transport">Where to look; the system calls of Linux when null.</param>
    public static IReadOnlyList<VfioNode> List(ITransport? transport = null) => (transport ?? KernelTransport.Instance).FindDevices();

    /// <summary>Opens a device.</summary>
    /// <param name="device">Its PCI address (<c>0000:00:10.0</c>, <c>00:10.0</c>), or the path of its character device.</param>
    /// <param name="transport">How the calls travel; the system calls of Linux when null.</param>
    /// <exception cref="IommuException">ENODEV: no device of this address is bound to VFIO; ENOENT, EACCES: as open(2).</exception>
    public static VfioDevice Open(string device, ITransport? transport = null)
    {
        transport ??= KernelTransport.Instance;
        string path = device.StartsWith('/') ? device : PathOf(device, transport);
        return new VfioDevice(DescriptorHandle.Open(transport, path), path);
    }

    /// <summary>Binds the device (VFIO_DEVICE_BIND_IOMMUFD): before that, Linux lets nobody do anything else with it.</summary>
    /// <exception cref="IommuException">EINVAL: bound already; EPERM: another holds a device of its group.</exception>
    /// <exception cref="ArgumentException">The two were opened through different transports.</exception>
    public void Bind(Iommu iommu)
    {
        if (iommu.Transport != _handle.Transport)
            throw new ArgumentException("the device and the Iommu were opened through different transports", nameof(iommu));
        bool held = false;
        try
        {
            iommu.Handle.DangerousAddRef(ref held);
            vfio_device_bind_iommufd args = new()
            {
                argsz = vfio_device_bind_iommufd.MinimumSize, iommufd = (int)iommu.Handle.DangerousGetHandle(),
            };
            CallResult result = _handle.Ioctl(Vfio.VFIO_DEVICE_BIND_IOMMUFD, ref args);
            if (result.Failed)
                throw new IommuException(nameof(Vfio.VFIO_DEVICE_BIND_IOMMUFD), Path, result);
            _id = args.out_devid;
            Volatile.Write(ref _iommu, iommu);
        }
        finally
        {
            if (held)
                iommu.Handle.DangerousRelease();
        }
    }

    /// <summary>
    /// Has the device's DMA go through an address space. One that is attached already changes over, without a moment in
    /// between.
    /// </summary>
    /// <returns>The number of the page table in use, which exists while a device is attached.</returns>
    /// <exception cref="IommuException">
    /// EINVAL: the device is not bound (<see cref="Bind"/>). EADDRINUSE: something is mapped where the device reserves addresses; EFAULT, ENOMEM: what is mapped cannot be pinned.
    /// </exception>
    /// <exception cref="ArgumentException">The address space belongs to another Iommu than the device.</exception>
    public uint Attach(AddressSpace space)
    {
        space.ThrowIfGone();
        return Attach(space, $"address space {space.Id}");
    }

    /// <summary>Has the device's DMA go through a page table.</summary>
    /// <inheritdoc cref="Attach(AddressSpace)"/>
    public uint Attach(PageTable table)
    {
        table.ThrowIfGone();
        return Attach(table, $"page table {table.Id}");
    }

    /// <summary>Takes the device's way to memory away: from now on its DMA is aborted. Harmless when it is not attached.</summary>
    public void Detach()
    {
        vfio_device_detach_iommufd_pt args = new() { argsz = vfio_device_detach_iommufd_pt.MinimumSize };
        CallResult result = _handle.Ioctl(Vfio.VFIO_DEVICE_DETACH_IOMMUFD_PT, ref args);
        if (result.Failed)
            throw new IommuException(nameof(Vfio.VFIO_DEVICE_DETACH_IOMMUFD_PT), Path, result);
    }

    /// <summary>Resets the device (VFIO_DEVICE_RESET): its registers, and its DMA under way.</summary>
    /// <exception cref="IommuException">EINVAL, ENOTTY: it cannot be reset.</exception>
    public void Reset()
    {
        CallResult result = _handle.Ioctl(Vfio.VFIO_DEVICE_RESET, []);
        if (result.Failed)
            throw new IommuException(nameof(Vfio.VFIO_DEVICE_RESET), Path, result);
    }

    /// <summary>Detaches, unbinds and closes the device. Safe to do twice, and in any order with everything else.</summary>
    public void Dispose() => _handle.Dispose();

    private uint Attach(IommuObject target, string name)
    {
        if (Iommu is { } bound && target.Iommu != bound)
            throw new ArgumentException($"{name} belongs to another Iommu than the one that {Path} is bound to", nameof(target));
        vfio_device_attach_iommufd_pt args = new() { argsz = vfio_device_attach_iommufd_pt.MinimumSize, pt_id = target.Id };
        CallResult result = _handle.Ioctl(Vfio.VFIO_DEVICE_ATTACH_IOMMUFD_PT, ref args);
        return result.Failed
            ? throw new IommuException(nameof(Vfio.VFIO_DEVICE_ATTACH_IOMMUFD_PT), $"{Path}{(Iommu is null ? " (not bound to an Iommu yet)" : "")}, {name}", result)
            : args.pt_id;
    }

    private static string PathOf(string address, ITransport transport)
    {
        IReadOnlyList<VfioNode> all = transport.FindDevices();
        string full = address.Count(':') == 1 ? $"0000:{address}" : address;
        foreach (VfioNode node in all)
        {
            if (node.Address.Equals(full, StringComparison.OrdinalIgnoreCase))
                return node.Path;
        }

        string there = all.Count == 0 ? "no PCI device is" : $"these are: {string.Join(", ", all.Select(node => node.Address))}";
        throw new IommuException("open", address, ErrorNumber.ENODEV, $"no such PCI device is bound to vfio-pci; {there}");
    }
}
