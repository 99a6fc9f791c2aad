using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Client.Native;
using Ioasis.Client.Transports;

namespace Ioasis.Client.Devices;

/// <summary>
/// A region of a device: a BAR, or configuration space. Offsets are in bytes from its start; numbers are little-endian, as
/// PCI has them. Thread-safe; each access is one system call.
/// </summary>
public sealed class DeviceRegion
{
    private readonly DescriptorHandle _handle;
    private readonly string _path;
    private readonly ulong _offset;
    private readonly vfio_region_info_flags _flags;

    internal DeviceRegion(DescriptorHandle handle, string path, int index, in vfio_region_info info)
    {
        _handle = handle;
        _path = path;
        _offset = info.offset;
        _flags = info.flags;
        Index = index;
        Size = info.size;
    }

    /// <summary>Its index.</summary>
    public int Index { get; }

    /// <summary>Bytes; 0 for a region that the device does not have.</summary>
    public ulong Size { get; }

    /// <summary>Whether it can be read.</summary>
    public bool CanRead => (_flags & vfio_region_info_flags.VFIO_REGION_INFO_FLAG_READ) != 0;

    /// <summary>Whether it can be written.</summary>
    public bool CanWrite => (_flags & vfio_region_info_flags.VFIO_REGION_INFO_FLAG_WRITE) != 0;

    /// <summary>Reads a register.</summary>
    /// <typeparam name="T">A number of 1, 2, 4 or 8 bytes: the width of the access.</typeparam>
    /// <exception cref="IommuException">The access is not possible.</exception>
    public T Read<T>(ulong offset)
        where T : unmanaged
    {
        T value = default;
        Read(offset, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    /// <summary>Writes a register.</summary>
    /// <inheritdoc cref="Read{T}(ulong)"/>
    public void Write<T>(ulong offset, T value)
        where T : unmanaged => Write(offset, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Reads bytes. The device sees accesses of up to 8 bytes, each as wide as its alignment allows.</summary>
    /// <exception cref="IommuException">The access is not possible.</exception>
    public void Read(ulong offset, Span<byte> into) => Check("pread", offset, into.Length, _handle.Read(_offset + offset, into));

    /// <summary>Writes bytes.</summary>
    /// <inheritdoc cref="Read(ulong, Span{byte})"/>
    public void Write(ulong offset, ReadOnlySpan<byte> from) => Check("pwrite", offset, from.Length, _handle.Write(_offset + offset, from));

    private void Check(string call, ulong offset, int length, CallResult result)
    {
        if (result.Failed)
            throw new IommuException(call, Describe(offset, length), result);
        if (result.Value != length)
            throw new IommuException(call, Describe(offset, length), ErrorNumber.EIO, $"only {result.Value} bytes are there");
    }

    private string Describe(ulong offset, int length) => $"{_path}, region {Index}, offset 0x{offset:x}, {length} bytes";
}
