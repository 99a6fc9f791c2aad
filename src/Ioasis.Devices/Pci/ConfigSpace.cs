using System.Buffers.Binary;

namespace Ioasis.Devices.Pci;

/// <summary>
/// The 4,096 bytes of a PCIe function's configuration space, with a mask of the bits that a client may write. Bytes only:
/// what a write sets off is <see cref="PciFunction"/>'s. Little-endian, as PCI is.
/// </summary>
/// <remarks>Not thread-safe: the function's lock protects it.</remarks>
public sealed class ConfigSpace
{
    public const int Size = 4096;

    private readonly byte[] _bytes = new byte[Size];
    private readonly byte[] _writable = new byte[Size];

    public byte Get8(int offset) => _bytes[offset];

    public ushort Get16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    public uint Get32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    /// <summary>Sets a register, whatever its mask says.</summary>
    public void Set8(int offset, byte value) => _bytes[offset] = value;

    /// <inheritdoc cref="Set8"/>
    public void Set16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(offset), value);

    /// <inheritdoc cref="Set8"/>
    public void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(offset), value);

    /// <summary>Lets a client write the bits of a register that are set in <paramref name="mask"/>.</summary>
    public void Allow8(int offset, byte mask) => _writable[offset] = mask;

    /// <inheritdoc cref="Allow8"/>
    public void Allow16(int offset, ushort mask) => BinaryPrimitives.WriteUInt16LittleEndian(_writable.AsSpan(offset), mask);

    /// <inheritdoc cref="Allow8"/>
    public void Allow32(int offset, uint mask) => BinaryPrimitives.WriteUInt32LittleEndian(_writable.AsSpan(offset), mask);

    /// <summary>Sets or clears bits of a 16-bit register.</summary>
    public void Put16(int offset, ushort bits, bool on)
    {
        ushort value = Get16(offset);
        Set16(offset, (ushort)(on ? value | bits : value & ~bits));
    }

    /// <summary>A client's read.</summary>
    public void Read(int offset, Span<byte> into) => _bytes.AsSpan(offset, into.Length).CopyTo(into);

    /// <summary>A client's write: bits that are not writable keep their value.</summary>
    public void Write(int offset, ReadOnlySpan<byte> from)
    {
        for (int n = 0; n < from.Length; n++)
        {
            byte mask = _writable[offset + n];
            _bytes[offset + n] = (byte)((_bytes[offset + n] & ~mask) | (from[n] & mask));
        }
    }

    /// <summary>A copy of all bytes.</summary>
    public byte[] ToArray() => [.. _bytes];

    /// <summary>Sets all bytes.</summary>
    public void Load(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);
}
