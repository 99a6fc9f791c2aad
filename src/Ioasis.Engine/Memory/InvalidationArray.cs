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

    /// <summary>Bytes that are read at most: 2^19 entries, the most that there can be, of any format's length.</summary>
    public const ulong MostBytes = (1ul << 19) * 32;

    /// <summary>Checks all entries at once, for formats whose hardware takes an array whole; then <see cref="At"/> gives each.</summary>
    /// <returns>EFAULT: not all can be read; E2BIG: an entry is longer than the structure, and not zero there; ENOMEM: more than <see cref="MostBytes"/>.</returns>
    public Errno CheckAll<T>(ref Reason why)
        where T : unmanaged
    {
        ulong length = (ulong)Count * EntryLength;
        if (length > MostBytes)
            return why.Because(ReasonCode.InvalidationTooLarge, Count, EntryLength, MostBytes);
        if ((ulong)_bytes.Length < length)
            return why.Because(ReasonCode.UserDataUnreadable, _address, length);
        int known = Unsafe.SizeOf<T>();
        for (uint index = 0; EntryLength > known && index < Count; index++)
        {
            ReadOnlySpan<byte> tail = _bytes.Slice((int)(index * EntryLength), (int)EntryLength)[known..];
            if (tail.ContainsAnyExcept((byte)0))
                return why.Because(ReasonCode.TailNotZero, EntryLength, (ulong)known, (ulong)(known + tail.IndexOfAnyExcept((byte)0)));
        }

        return Errno.Success;
    }

    /// <summary>An entry of an array that was checked; what follows its length up to the structure's size is zero.</summary>
    public T At<T>(uint index)
        where T : unmanaged
    {
        T entry = default;
        int length = Math.Min((int)EntryLength, Unsafe.SizeOf<T>());
        _bytes.Slice((int)(index * EntryLength), length).CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref entry)));
        return entry;
    }

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
