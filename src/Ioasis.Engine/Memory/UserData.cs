using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Memory;

/// <summary>
/// A structure whose format only one type of IOMMU knows, as a client passed it beside a call: its type, its length, and its
/// bytes, which were read before any lock was taken. Whether they could be read is told to who asks for them.
/// </summary>
/// <remarks>Source: the data_type, data_len and data_uptr fields of linux/iommufd.h.</remarks>
public readonly ref struct UserData
{
    /// <summary>Bytes that are read at most; every structure of linux/iommufd.h is smaller.</summary>
    public const int Most = 256;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ulong _address;

    /// <param name="type">What the client says it is.</param>
    /// <param name="address">Where it lies in the client's memory, for reasons.</param>
    /// <param name="length">Its length in bytes, as the client says.</param>
    /// <param name="bytes">As much of it as could be read, at most <see cref="Most"/>.</param>
    public UserData(uint type, ulong address, uint length, ReadOnlySpan<byte> bytes)
    {
        Type = type;
        Length = length;
        _address = address;
        _bytes = bytes;
    }

    public uint Type { get; }

    /// <summary>Its length in bytes, as the client says; 0 when there is none.</summary>
    public uint Length { get; }

    public bool IsNone => Length == 0;

    /// <summary>Copies it out of its bytes.</summary>
    /// <param name="type">What it must be.</param>
    /// <param name="minimum">Bytes that it must have; what follows up to the structure's size is zero when it is shorter.</param>
    /// <param name="value">The structure.</param>
    /// <param name="why">EINVAL: another type, or a length that the structure cannot have; EFAULT: unreadable.</param>
    public Errno Take<T>(uint type, int minimum, out T value, ref Reason why)
        where T : unmanaged
    {
        value = default;
        if (Type != type)
            return why.Because(ReasonCode.UserDataTypeWrong, Type, type);
        if (Length < (uint)minimum || Length > (uint)Unsafe.SizeOf<T>())
            return why.Because(ReasonCode.UserDataLengthWrong, Length, (ulong)minimum, (ulong)Unsafe.SizeOf<T>());
        if (_bytes.Length < (int)Length)
            return why.Because(ReasonCode.UserDataUnreadable, _address, Length);
        _bytes[..(int)Length].CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return Errno.Success;
    }
}
