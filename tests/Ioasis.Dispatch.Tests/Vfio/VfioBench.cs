using System.Buffers.Binary;
using Ioasis.Abi;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>
/// The default machine with one client: descriptor 3 is /dev/iommu, 4 is edu, 5 is dmatest, 9 some other file. Short names for
/// what tests do most. Data lies from <see cref="Data"/> on, the ioctl's structure before it.
/// </summary>
internal sealed class VfioBench : IDisposable
{
    public const int IommufdDescriptor = 3, EduDescriptor = 4, DmaTestDescriptor = 5, OtherDescriptor = 9;
    public const ulong Data = ArrayMemory.Base + 0x10000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<DmaFault> _faults = [];

    public VfioBench()
    {
        Machine = new Machine(MachineDescription.Default);
        Machine.System.DmaAborted = fault =>
        {
            lock (_faults)
                _faults.Add(fault);
        };
        Nodes = new DeviceNodes(Machine);
        Iommufd = Open("/dev/iommu");
        Edu = Open("/dev/vfio/devices/vfio0");
        DmaTest = Open("/dev/vfio/devices/vfio1");
        Caller.Descriptors[IommufdDescriptor] = Iommufd;
        Caller.Descriptors[EduDescriptor] = Edu;
        Caller.Descriptors[DmaTestDescriptor] = DmaTest;
        Caller.Descriptors[OtherDescriptor] = null;
    }

    public Machine Machine { get; }

    public DeviceNodes Nodes { get; }

    public TestCaller Caller { get; } = new();

    public DeviceFile Iommufd { get; }

    public DeviceFile Edu { get; }

    public DeviceFile DmaTest { get; }

    public ref Reason Why => ref Caller.Why;

    /// <summary>DMAs that were aborted so far.</summary>
    public IReadOnlyList<DmaFault> Faults
    {
        get
        {
            lock (_faults)
                return [.. _faults];
        }
    }

    public PciFunction Function(DeviceFile file) => Machine.Functions[file == Edu ? 0 : 1];

    public void Dispose() => Machine.Dispose();

    public DeviceFile Open(string path)
    {
        Assert.True(Nodes.TryFind(path, out DeviceNode? node), path);
        Assert.True(node!.Open(out DeviceFile? file, ref Why).Succeeded);
        return file!;
    }

    public ErrnoCode Call<T>(DeviceFile file, uint command, ref T structure)
        where T : unmanaged => Caller.Call(file, command, ref structure);

    public ErrnoCode TryBind(DeviceFile file, int descriptor, out uint id)
    {
        vfio_device_bind_iommufd bind = new() { argsz = 24, iommufd = descriptor };
        ErrnoCode errno = Call(file, VFIO_DEVICE_BIND_IOMMUFD, ref bind);
        id = bind.out_devid;
        return errno;
    }

    public uint Bind(DeviceFile file)
    {
        Assert.Equal(ErrnoCode.None, TryBind(file, IommufdDescriptor, out uint id));
        return id;
    }

    public uint Space()
    {
        iommu_ioas_alloc alloc = new() { size = 12 };
        Assert.Equal(ErrnoCode.None, Call(Iommufd, IOMMU_IOAS_ALLOC, ref alloc));
        return alloc.out_ioas_id;
    }

    public ErrnoCode TryAttach(DeviceFile file, ref uint table)
    {
        vfio_device_attach_iommufd_pt attach = new() { argsz = 12, pt_id = table };
        ErrnoCode errno = Call(file, VFIO_DEVICE_ATTACH_IOMMUFD_PT, ref attach);
        table = attach.pt_id;
        return errno;
    }

    /// <summary>Binds, attaches to a new address space and turns bus mastering on. Returns the address space.</summary>
    public uint Prepare(DeviceFile file)
    {
        Bind(file);
        uint space = Space(), table = space;
        Assert.Equal(ErrnoCode.None, TryAttach(file, ref table));
        WriteConfig(file, 4, 6, 2);
        return space;
    }

    public void Map(uint space, ulong address, ulong iova, ulong length, bool writable)
    {
        iommu_ioas_map map = new()
        {
            size = 40, ioas_id = space, user_va = address, iova = iova, length = length,
            flags = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_FIXED_IOVA | iommufd_ioas_map_flags.IOMMU_IOAS_MAP_READABLE
                | (writable ? iommufd_ioas_map_flags.IOMMU_IOAS_MAP_WRITEABLE : 0),
        };
        Assert.Equal(ErrnoCode.None, Call(Iommufd, IOMMU_IOAS_MAP, ref map));
    }

    public void Unmap(uint space, ulong iova, ulong length)
    {
        iommu_ioas_unmap unmap = new() { size = 24, ioas_id = space, iova = iova, length = length };
        Assert.Equal(ErrnoCode.None, Call(Iommufd, IOMMU_IOAS_UNMAP, ref unmap));
    }

    public static ulong Offset(uint region, ulong at) => ((ulong)region << 40) + at;

    public ErrnoCode TryRead(DeviceFile file, uint region, ulong at, ulong count, out long transferred) =>
        file.Read(Caller, Data, count, Offset(region, at), out transferred, ref Why).Code;

    public ErrnoCode TryWrite(DeviceFile file, uint region, ulong at, ulong count, out long transferred) =>
        file.Write(Caller, Data, count, Offset(region, at), out transferred, ref Why).Code;

    public ulong ReadRegister(DeviceFile file, ulong at, int size = 4) => ReadRegion(file, 0, at, size);

    public void WriteRegister(DeviceFile file, ulong at, ulong value, int size = 4) => WriteRegion(file, 0, at, value, size);

    public ulong ReadConfig(DeviceFile file, ulong at, int size) => ReadRegion(file, 7, at, size);

    public void WriteConfig(DeviceFile file, ulong at, ulong value, int size) => WriteRegion(file, 7, at, value, size);

    /// <summary>Reads a register until the bits are clear: the device's own thread clears them.</summary>
    public void WaitClear(DeviceFile file, ulong at, ulong bits) =>
        Assert.True(SpinWait.SpinUntil(() => (ReadRegister(file, at) & bits) == 0, Patience), $"the bits 0x{bits:x} of register 0x{at:x} stay set");

    public static void WaitSignals(CountingLine line, int count) =>
        Assert.True(SpinWait.SpinUntil(() => line.Signals >= count, Patience), $"{line.Signals} signals came, not {count}");

    /// <summary>SET_IRQS with eventfds; each line gets a descriptor from 100 up.</summary>
    public ErrnoCode Trigger(DeviceFile file, vfio_pci_irq_index index, params CountingLine[] lines)
    {
        vfio_irq_set set = new()
        {
            argsz = 20 + 4 * (uint)lines.Length, index = (uint)index, count = (uint)lines.Length,
            flags = vfio_irq_set_flags.VFIO_IRQ_SET_DATA_EVENTFD | vfio_irq_set_flags.VFIO_IRQ_SET_ACTION_TRIGGER,
        };
        Caller.Bytes.Put(set);
        for (int n = 0; n < lines.Length; n++)
        {
            Caller.Descriptors[100 + n] = lines[n];
            Caller.Bytes.Put(100 + n, ArrayMemory.Base + 20 + 4 * (ulong)n);
        }
        return file.Ioctl(Caller, VFIO_DEVICE_SET_IRQS, ArrayMemory.Base, out _, ref Why).Code;
    }

    private ulong ReadRegion(DeviceFile file, uint region, ulong at, int size)
    {
        Caller.Bytes.At(Data, 8).Clear();
        Assert.Equal(ErrnoCode.None, TryRead(file, region, at, (ulong)size, out long transferred));
        Assert.Equal(size, transferred);
        return BinaryPrimitives.ReadUInt64LittleEndian(Caller.Bytes.At(Data, 8));
    }

    private void WriteRegion(DeviceFile file, uint region, ulong at, ulong value, int size)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Caller.Bytes.At(Data, 8), value);
        Assert.Equal(ErrnoCode.None, TryWrite(file, region, at, (ulong)size, out long transferred));
        Assert.Equal(size, transferred);
    }
}
