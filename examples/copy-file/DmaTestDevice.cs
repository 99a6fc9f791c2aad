using System.Runtime.InteropServices;
using static CopyFile.Linux;

namespace CopyFile;

/// <summary>
/// The device `dmatest`, 1234:11e9: BAR 0 has an address (8 bytes at 0), a command (4 at 8), a status (4 at 12) and an
/// interrupt vector (4 at 16). A command moves 4,096 bytes between memory and the device's own buffer.
/// </summary>
internal sealed unsafe class DmaTestDevice : IDisposable
{
    private const string Vendor = "0x1234", Model = "0x11e9";
    private const string Devices = "/sys/bus/pci/devices";

    private const uint Bar0 = 0, ConfigSpace = 7;
    private const uint Run = 1, MemoryToDevice = 2, InterruptWhenDone = 4;
    private const long Address = 0, Command = 8, Status = 12;
    private const long ConfigCommand = 4;
    private const ushort BusMaster = 4;

    private const uint Msix = 2, SetEventfd = 4, SetTrigger = 32;
    private const int Patience = 10_000; // milliseconds

    private readonly int _descriptor;
    private readonly int _event;
    private readonly long _registers;

    /// <summary>Opens, binds and attaches the device, lets it do DMA, and has it interrupt through an eventfd.</summary>
    public DmaTestDevice(string path, IoAddressSpace space)
    {
        _descriptor = Open(path);

        vfio_device_bind_iommufd bind = new() { argsz = (uint)sizeof(vfio_device_bind_iommufd), iommufd = space.Descriptor };
        Ioctl(_descriptor, Request.VFIO_DEVICE_BIND_IOMMUFD, ref bind, nameof(Request.VFIO_DEVICE_BIND_IOMMUFD));
        Id = bind.out_devid;

        vfio_device_attach_iommufd_pt attach = new() { argsz = (uint)sizeof(vfio_device_attach_iommufd_pt), pt_id = space.Id };
        Ioctl(_descriptor, Request.VFIO_DEVICE_ATTACH_IOMMUFD_PT, ref attach, nameof(Request.VFIO_DEVICE_ATTACH_IOMMUFD_PT));
        PageTable = attach.pt_id;

        _registers = OffsetOf(Bar0);
        long command = OffsetOf(ConfigSpace) + ConfigCommand;
        Put(command, (ushort)(Get<ushort>(command) | BusMaster));

        _event = (int)Check(eventfd(0, EFD_CLOEXEC), "eventfd");
        vfio_irq_set irqs = new()
        {
            argsz = (uint)sizeof(vfio_irq_set), flags = SetEventfd | SetTrigger, index = Msix, count = 1, eventfd = _event,
        };
        Ioctl(_descriptor, Request.VFIO_DEVICE_SET_IRQS, ref irqs, nameof(Request.VFIO_DEVICE_SET_IRQS));
    }

    /// <summary>Its object number in /dev/iommu.</summary>
    public uint Id { get; }

    /// <summary>The page table that was made for it.</summary>
    public uint PageTable { get; }

    /// <summary>Interrupts that have arrived.</summary>
    public ulong Interrupts { get; private set; }

    /// <summary>Finds the first such device that is bound to VFIO: its PCI address and its character device.</summary>
    public static (string Address, string Path) Find()
    {
        string[] all = Directory.Exists(Devices) ? Directory.GetDirectories(Devices) : [];
        foreach (string device in all.Order())
        {
            string vfio = Path.Combine(device, "vfio-dev");
            if (Read(device, "vendor") == Vendor && Read(device, "device") == Model && Directory.Exists(vfio))
                return (Path.GetFileName(device), $"/dev/vfio/devices/{Path.GetFileName(Directory.GetDirectories(vfio)[0])}");
        }

        throw new LinuxException("no device 1234:11e9 is bound to vfio-pci");
    }

    /// <summary>A page goes from memory into the device.</summary>
    public void FetchPage(ulong iova) => Move(iova, MemoryToDevice);

    /// <summary>A page goes from the device into memory.</summary>
    public void StorePage(ulong iova) => Move(iova, 0);

    public void Dispose()
    {
        _ = close(_event);
        _ = close(_descriptor);
    }

    private static string Read(string device, string file) => File.ReadAllText(Path.Combine(device, file)).Trim();

    private void Move(ulong iova, uint direction)
    {
        Put(_registers + Address, iova);
        Put(_registers + Command, Run | direction | InterruptWhenDone);
        WaitForInterrupt();
        if (Get<uint>(_registers + Status) != 0)
            throw new LinuxException($"the device's DMA at IOVA 0x{iova:x} was aborted");
    }

    private void WaitForInterrupt()
    {
        PollDescriptor wait = new() { Descriptor = _event, Events = POLLIN };
        int ready;
        do
            ready = poll(&wait, 1, Patience);
        while (ready < 0 && Marshal.GetLastPInvokeError() == EINTR); // the runtime signals its own threads

        if (Check(ready, "poll") == 0)
            throw new LinuxException($"no interrupt within {Patience} ms");
        ulong count;
        Check(read(_event, &count, sizeof(ulong)), "read eventfd");
        Interrupts += count;
    }

    /// <summary>Where a region begins in the device's descriptor.</summary>
    private long OffsetOf(uint region)
    {
        vfio_region_info info = new() { argsz = (uint)sizeof(vfio_region_info), index = region };
        Ioctl(_descriptor, Request.VFIO_DEVICE_GET_REGION_INFO, ref info, nameof(Request.VFIO_DEVICE_GET_REGION_INFO));
        return (long)info.offset;
    }

    private T Get<T>(long offset)
        where T : unmanaged
    {
        T value;
        Check(pread(_descriptor, &value, (nuint)sizeof(T), offset), "pread");
        return value;
    }

    private void Put<T>(long offset, T value)
        where T : unmanaged => Check(pwrite(_descriptor, &value, (nuint)sizeof(T), offset), "pwrite");
}
