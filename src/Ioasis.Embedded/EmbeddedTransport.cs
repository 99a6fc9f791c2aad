using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Client.Transports;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Files;
using Ioasis.Embedded.Descriptors;
using Ioasis.Embedded.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Embedded;

/// <summary>
/// System calls that are answered in this process, by the same files that the runner shows to other programs. Thread-safe.
/// A successful ioctl allocates nothing here.
/// </summary>
internal sealed unsafe class EmbeddedTransport(
    Machine machine, InProcessMemory process, DmaMemory memory, DescriptorTable files) : ITransport
{
    private readonly DeviceNodes _nodes = new(machine);
    private readonly EmbeddedCaller _caller = new(process, files);

    public CallResult Open(string path)
    {
        const int ENOENT = 2;
        if (!_nodes.TryFind(path, out DeviceNode? node))
            return CallResult.Failure(ENOENT, $"the embedded system has no {path}; it has {string.Join(", ", _nodes.All.Select(one => one.Path))}");
        Reason why = default;
        Errno errno = node!.Open(out DeviceFile? file, ref why);
        return errno.Failed ? ResultOf(errno, 0, in why) : CallResult.Done(files.Add(file!));
    }

    public void Close(int descriptor) => files.Remove(descriptor);

    public CallResult Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        if (!files.TryHold(descriptor, out OpenFile open))
            return NotOpen(descriptor);
        fixed (byte* pointer = argument)
        {
            using CallWindow window = new(pointer, argument.Length);
            try
            {
                Reason why = default;
                Errno errno = open.File.Ioctl(CallerOf(request, argument), request, (ulong)pointer, out long result, ref why);
                return ResultOf(errno, result, in why);
            }
            finally
            {
                EmbeddedCaller.EndCall();
                open.LetGo();
            }
        }
    }

    public CallResult Read(int descriptor, ulong offset, Span<byte> into)
    {
        if (!files.TryHold(descriptor, out OpenFile open))
            return NotOpen(descriptor);
        fixed (byte* pointer = into)
        {
            using CallWindow window = new(pointer, into.Length);
            try
            {
                Reason why = default;
                Errno errno = open.File.Read(_caller, (ulong)pointer, (ulong)into.Length, offset, out long read, ref why);
                return ResultOf(errno, read, in why);
            }
            finally
            {
                open.LetGo();
            }
        }
    }

    public CallResult Write(int descriptor, ulong offset, ReadOnlySpan<byte> from)
    {
        if (!files.TryHold(descriptor, out OpenFile open))
            return NotOpen(descriptor);
        fixed (byte* pointer = from)
        {
            using CallWindow window = new(pointer, from.Length);
            try
            {
                Reason why = default;
                Errno errno = open.File.Write(_caller, (ulong)pointer, (ulong)from.Length, offset, out long written, ref why);
                return ResultOf(errno, written, in why);
            }
            finally
            {
                open.LetGo();
            }
        }
    }

    /// <summary>poll(2) for reading: waits until there is something to read, at most so many milliseconds (-1: for ever).</summary>
    /// <returns>1 when there is, 0 when not in time.</returns>
    public CallResult Poll(int descriptor, int milliseconds)
    {
        if (!files.TryHold(descriptor, out OpenFile open))
            return NotOpen(descriptor);
        bool readable = open.WaitReadable(milliseconds);
        open.LetGo();
        return CallResult.Done(readable ? 1 : 0);
    }

    /// <summary>mmap(2), shared, for reading and writing.</summary>
    /// <returns>The address. <see cref="Unmap"/> comes before the descriptor is closed.</returns>
    public CallResult Map(int descriptor, ulong offset, ulong length)
    {
        if (!files.TryHold(descriptor, out OpenFile open))
            return NotOpen(descriptor);
        Reason why = default;
        Errno errno = open.File.CheckMap(offset, length, ref why);
        long address = errno.Succeeded && open.Pages is { } pages ? (long)pages.ClientMaps(offset, length) : 0;
        open.LetGo();
        return ResultOf(errno, address, in why);
    }

    /// <summary>munmap(2) of what <see cref="Map"/> gave.</summary>
    public void Unmap(int descriptor, ulong offset, ulong length)
    {
        if (!files.TryHold(descriptor, out OpenFile open))
            return;
        open.Pages?.ClientUnmaps(offset, length);
        open.LetGo();
    }

    public IReadOnlyList<VfioNode> FindDevices() =>
    [
        .. machine.Bus.VfioFunctions.Select(NodeOf).OrderBy(node => node.Address, StringComparer.Ordinal),
    ];

    public CallResult AllocateMemory(ulong length) => memory.Allocate(length);

    public void FreeMemory(ulong address, ulong length) => memory.Free(address);

    /// <summary>A map of memory that was allocated for DMA comes from a caller who has that memory and no other.</summary>
    private ICaller CallerOf(uint request, ReadOnlySpan<byte> argument)
    {
        if (request != Iommufd.IOMMU_IOAS_MAP || argument.Length < sizeof(iommu_ioas_map))
            return _caller;
        iommu_ioas_map map = Unsafe.ReadUnaligned<iommu_ioas_map>(in argument[0]);
        return memory.Find(map.user_va, map.length)?.Caller ?? _caller;
    }

    private static VfioNode NodeOf((PciFunction Function, int Number) one) =>
        new(one.Function.Address.ToString(), one.Function.Identity.Vendor, one.Function.Identity.Device, $"/dev/vfio/devices/vfio{one.Number}");

    private static CallResult NotOpen(int descriptor)
    {
        Reason why = default;
        return ResultOf(why.Because(ReasonCode.BadDescriptor, (uint)descriptor), 0, in why);
    }

    private static CallResult ResultOf(Errno errno, long value, in Reason why) =>
        errno.Failed ? CallResult.Failure((int)errno.Code, why.ToString()) : CallResult.Done(value);
}
