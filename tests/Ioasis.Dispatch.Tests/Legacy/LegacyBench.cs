using System.Text;
using Ioasis.Abi;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Legacy;

/// <summary>
/// A machine with one client, and short names for what legacy tests do most. Data lies from <see cref="Data"/> on, an ioctl's
/// structure before it. Unless a test describes its own machine: an edu (group 0) and a dmatest (group 1) behind a VT-d.
/// </summary>
internal sealed class LegacyBench : IDisposable
{
    public const int Page = 4096;
    public const ulong Data = ArrayMemory.Base + 0x10000;
    private readonly DeviceNodes _nodes;
    private int _lastDescriptor = 10;

    public LegacyBench(string[]? iommus = null, string[]? devices = null)
    {
        Assert.True(MachineDescription.TryParse(iommus ?? [], devices ?? [], null, null, out MachineDescription? description, out string? error), error);
        Machine = new Machine(description!);
        _nodes = new DeviceNodes(Machine);
    }

    public Machine Machine { get; }

    public TestCaller Caller { get; } = new();

    public ReasonCode Why => Caller.Why.Code;

    public void Dispose() => Machine.Dispose();

    public ErrnoCode TryOpen(string path, out int descriptor)
    {
        Assert.True(_nodes.TryFind(path, out DeviceNode? node), path);
        Errno errno = node!.Open(out DeviceFile? file, ref Caller.Why);
        descriptor = errno.Succeeded ? ++_lastDescriptor : -1;
        if (file is not null)
            Caller.Descriptors[descriptor] = file;
        return errno.Code;
    }

    public int Open(string path)
    {
        Assert.Equal(ErrnoCode.None, TryOpen(path, out int descriptor));
        return descriptor;
    }

    public void Close(int descriptor)
    {
        Caller.Descriptors.Remove(descriptor, out object? file);
        ((DeviceFile)file!).Release();
    }

    public DeviceFile File(int descriptor) => (DeviceFile)Caller.Descriptors[descriptor]!;

    public ErrnoCode Call<T>(int descriptor, uint command, ref T structure)
        where T : unmanaged => Caller.Call(File(descriptor), command, ref structure);

    /// <summary>An ioctl whose argument is a number.</summary>
    public ErrnoCode Call(int descriptor, uint command, ulong argument, out long result) =>
        File(descriptor).Ioctl(Caller, command, argument, out result, ref Caller.Why).Code;

    public ErrnoCode Call(int descriptor, uint command, ulong argument = 0) => Call(descriptor, command, argument, out _);

    public ErrnoCode SetContainer(int group, int container) => Call(group, VFIO_GROUP_SET_CONTAINER, ref container);

    public ErrnoCode GetDevice(int group, string name, out int device)
    {
        byte[] text = [.. Encoding.ASCII.GetBytes(name), 0];
        text.CopyTo(Caller.Bytes.At(ArrayMemory.Base, text.Length));
        ErrnoCode errno = Call(group, VFIO_GROUP_GET_DEVICE_FD, ArrayMemory.Base, out long result);
        device = errno == ErrnoCode.None ? (int)result : -1;
        return errno;
    }

    /// <summary>A container with a type and the group of the machine's first device.</summary>
    public (int Container, int Group) Prepare(vfio_extension type, string container = "/dev/vfio/vfio")
    {
        int fd = Open(container), group = Open("/dev/vfio/0");
        Assert.Equal(ErrnoCode.None, SetContainer(group, fd));
        Assert.Equal(ErrnoCode.None, Call(fd, VFIO_SET_IOMMU, (ulong)type));
        return (fd, group);
    }

    public ErrnoCode Map(int container, ulong iova, ulong pages, vfio_dma_map_flags flags = (vfio_dma_map_flags)3, ulong from = Data)
    {
        vfio_iommu_type1_dma_map map = new() { argsz = 32, flags = flags, vaddr = from, iova = iova, size = pages * Page };
        return Call(container, VFIO_IOMMU_MAP_DMA, ref map);
    }

    /// <summary>Pages that were unmapped; the errno if that failed.</summary>
    public (ErrnoCode Errno, ulong Pages) Unmap(int container, ulong iova, ulong pages, vfio_dma_unmap_flags flags = 0)
    {
        vfio_iommu_type1_dma_unmap unmap = new() { argsz = 24, flags = flags, iova = iova, size = pages * Page };
        ErrnoCode errno = Call(container, VFIO_IOMMU_UNMAP_DMA, ref unmap);
        return (errno, errno == ErrnoCode.None ? unmap.size / Page : 0);
    }
}
