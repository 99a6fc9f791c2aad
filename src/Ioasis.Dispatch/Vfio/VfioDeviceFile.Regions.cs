using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_pci_region_index;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// Regions by pread and pwrite, each at its <see cref="RegionOffset"/>. Bytes travel in chunks through a buffer on the stack.
/// </summary>
internal sealed partial class VfioDeviceFile
{
    private const int Chunk = 4096;

    public override Errno Read(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why) =>
        Transfer(caller, writes: false, buffer, count, offset, out transferred, ref why);

    public override Errno Write(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why) =>
        Transfer(caller, writes: true, buffer, count, offset, out transferred, ref why);

    private Errno Transfer(ICaller caller, bool writes, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
    {
        transferred = 0;
        Errno errno = FindRange(offset, ref count, out uint region, out ulong at, ref why);
        if (errno.Failed)
            return errno;
        ulong done = 0;
        while (done < count && errno.Succeeded)
        {
            int size = ChunkSize(at + done, count - done);
            errno = writes
                ? WriteChunk(caller, buffer + done, size, region, at + done, ref why)
                : ReadChunk(caller, buffer + done, size, region, at + done, ref why);
            done += (ulong)size;
        }
        if (errno.Succeeded)
            transferred = (long)count;
        return errno;
    }

    /// <summary>Which region, and where in it; whatever exists can be read and written. Configuration space takes whole ranges only; a BAR's range ends with the BAR.</summary>
    private Errno FindRange(ulong offset, ref ulong count, out uint region, out ulong at, ref Reason why)
    {
        region = 0;
        at = 0;
        if (!_granted)
            return why.Because(ReasonCode.DeviceNotBound, name: DeviceName);
        if (count == 0)
            return Errno.Success;
        region = RegionOffset.RegionOf(offset);
        at = RegionOffset.Within(offset);
        if (Function.Region(region) is not { } info)
            return why.Because(ReasonCode.NoSuchRegion, region, (ulong)VFIO_PCI_NUM_REGIONS);

        bool outside = at >= info.Size;
        if (region == (uint)VFIO_PCI_CONFIG_REGION_INDEX)
        {
            return outside || count > info.Size - at
                ? why.Because(ReasonCode.ConfigRangeInvalid, at, count, info.Size)
                : Errno.Success;
        }
        if (outside)
            return why.Because(ReasonCode.RegionRangeInvalid, at, count, region, info.Size);
        count = Math.Min(count, info.Size - at);
        return Errno.Success;
    }

    /// <summary>Chunks end on multiples of 8, so that cutting never narrows an access.</summary>
    private static int ChunkSize(ulong at, ulong left) => (int)Math.Min(left, Chunk - at % sizeof(ulong));

    [SkipLocalsInit]
    private Errno ReadChunk(ICaller caller, ulong buffer, int size, uint region, ulong at, ref Reason why)
    {
        Span<byte> bytes = size <= 64 ? stackalloc byte[64] : stackalloc byte[Chunk];
        bytes = bytes[..size];
        if (region == (uint)VFIO_PCI_CONFIG_REGION_INDEX)
            Function.ReadConfig((int)at, bytes);
        else if (!Function.TryReadBar((int)region, at, bytes))
            return why.Because(ReasonCode.MemorySpaceOff, region, at, name: DeviceName);
        return caller.Memory.Write(new HostAddress(buffer), bytes) == size
            ? Errno.Success
            : why.Because(ReasonCode.ArgumentUnwritable, buffer, (ulong)size);
    }

    [SkipLocalsInit]
    private Errno WriteChunk(ICaller caller, ulong buffer, int size, uint region, ulong at, ref Reason why)
    {
        Span<byte> bytes = size <= 64 ? stackalloc byte[64] : stackalloc byte[Chunk];
        int read = caller.Memory.Read(new HostAddress(buffer), bytes[..size]);
        if (read != size)
            return why.Because(ReasonCode.ArgumentUnreadable, buffer, (ulong)size);
        if (region == (uint)VFIO_PCI_CONFIG_REGION_INDEX)
            Function.WriteConfig((int)at, bytes[..size]);
        else if (!Function.TryWriteBar((int)region, at, bytes[..size]))
            return why.Because(ReasonCode.MemorySpaceOff, region, at, name: DeviceName);
        return Errno.Success;
    }
}
