using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Memory;

/// <summary>
/// The requests of one IOMMU_HWPT_INVALIDATE: an array in the client's memory, read before any lock was taken. Whether an
/// entry could be read is told to who asks for it.
/// </summary>
public readonly ref struct InvalidationArray
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ulong _address;

    /// <param name="type">What the client says the entries are.</param>
    /// <param name="address">Where the array lies in the client's memory, for reasons.</param>
    /// <param name="entryLength">Bytes an entry.</param>
    /// <param name="count">Entries.</param>
    /// <param name="bytes">As much of the array as could be read.</param>
    public InvalidationArray(uint type, ulong address, uint entryLength, uint count, ReadOnlySpan<byte> bytes)
    {
        Type = type;
        EntryLength = entryLength;
        Count = count;
        _address = address;
        _bytes = bytes;
    }

    public uint Type { get; }

    /// <summary>Bytes from one entry to the next.</summary>
    public uint EntryLength { get; }

    public uint Count { get; }

    /// <summary>Every byte of the array could be read.</summary>
    public bool IsReadable => (ulong)_bytes.Length >= (ulong)Count * EntryLength;

    /// <summary>Copies one entry; what follows its length up to the structure's size is zero.</summary>
    /// <returns>EINVAL: another type, or a length that the structure cannot have; EFAULT: unreadable.</returns>
    public Errno Take<T>(uint index, uint type, int minimum, out T entry, ref Reason why)
        where T : unmanaged
    {
        ulong offset = (ulong)index * EntryLength;
        ReadOnlySpan<byte> bytes = offset < (ulong)_bytes.Length ? _bytes[(int)offset..] : default;
        return new UserData(Type, _address + offset, EntryLength, bytes).Take(type, minimum, out entry, ref why);
    }
}
