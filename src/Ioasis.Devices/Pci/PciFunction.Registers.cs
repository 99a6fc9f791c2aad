using System.Buffers.Binary;
using Ioasis.Devices.Registers;

namespace Ioasis.Devices.Pci;

/// <summary>
/// Accesses to BARs. The client may read and write any bytes; the model gets naturally aligned accesses of 1, 2, 4 or 8 bytes,
/// cut as Linux's vfio-pci cuts them: the widest that alignment and the rest of the range allow. The MSI-X table is the system's: it
/// reads as ones and takes no writes, also of a function that does not decode its BARs.
/// </summary>
public abstract partial class PciFunction
{
    /// <summary>Reads registers. The range lies within the BAR, which exists. Of a function that was pulled out, ones.</summary>
    /// <returns>False when the function does not decode its BARs, and a byte of the range is not of the MSI-X table.</returns>
    public bool TryReadBar(int bar, ulong offset, Span<byte> into)
    {
        lock (Sync)
        {
            bool decodes = IsDecoding;
            if (_hasVanished && decodes)
            {
                into.Fill(0xff);
                return true;
            }
            if (_memories[bar] is { } memory)
            {
                if (decodes)
                    memory.Read(offset, into);
                return decodes;
            }
            while (into.Length != 0)
            {
                int size = Width(offset, into.Length);
                if (!decodes && !IsInMsixTable(bar, offset))
                    return false;
                Put(into[..size], Read(bar, offset, size));
                offset += (ulong)size;
                into = into[size..];
            }
            return true;
        }
    }

    /// <summary>Writes registers. The range lies within the BAR, which exists.</summary>
    /// <returns>False when the function does not decode its BARs, and a byte of the range is not of the MSI-X table.</returns>
    public bool TryWriteBar(int bar, ulong offset, ReadOnlySpan<byte> from)
    {
        lock (Sync)
        {
            bool decodes = IsDecoding;
            if (_hasVanished && decodes)
                return true;
            if (_memories[bar] is { } memory)
            {
                if (decodes)
                    memory.Write(offset, from);
                return decodes;
            }
            while (from.Length != 0)
            {
                int size = Width(offset, from.Length);
                if (!IsInMsixTable(bar, offset))
                {
                    if (!decodes)
                        return false;
                    Write(bar, offset, Get(from[..size]), size);
                }
                offset += (ulong)size;
                from = from[size..];
            }
            return true;
        }
    }

    /// <summary>Whether a range of a BAR meets the MSI-X table, which belongs to the system.</summary>
    public bool MeetsMessageTable(int bar, ulong first, ulong end) =>
        _msix is not null && bar == _msix.Bar && first < _msix.TableEnd && end > _msix.TableFirst;

    /// <summary>What a register holds, under <see cref="Sync"/>.</summary>
    /// <param name="register">A register of a block behind one of the BARs.</param>
    protected ulong this[Register register]
    {
        get => ValuesOf(register)[register];
        set => ValuesOf(register)[register] = value;
    }

    /// <summary>A client reads a register, under <see cref="Sync"/>. For those whose value is made when it is asked for.</summary>
    /// <returns>What it reads.</returns>
    protected virtual ulong OnRead(Register register) => this[register];

    /// <summary>Whether a write is taken, under <see cref="Sync"/>; one that is not, as while the device is busy, changes nothing.</summary>
    /// <param name="register">The register.</param>
    /// <param name="value">What it would hold.</param>
    protected virtual bool Accepts(Register register, ulong value) => true;

    /// <summary>A client has written a register, which holds the value now, under <see cref="Sync"/>: what the write sets off begins here.</summary>
    protected virtual void OnWritten(Register register)
    {
    }

    /// <summary>
    /// A read of the model's registers, under <see cref="Sync"/>: of the BAR's block. Models that decode accesses by themselves replace it.
    /// What is not there reads as ones.
    /// </summary>
    /// <param name="bar">Index of the BAR.</param>
    /// <param name="offset">Bytes from its start; a multiple of <paramref name="size"/>.</param>
    /// <param name="size">1, 2, 4 or 8 bytes; only so many low bytes of the result count.</param>
    protected virtual ulong ReadRegister(int bar, ulong offset, int size)
    {
        RegisterBlock? block = _bars[bar]!.Registers;
        if (block?.Decode(offset, size) is not { } register)
            return NoRegister(bar, offset, size, block?.Find(offset) is not null);
        return register.Access == RegisterAccess.WriteOnly ? ulong.MaxValue : OnRead(register) >> (((int)offset - register.Offset) * 8);
    }

    /// <summary>A write to the model's registers, under <see cref="Sync"/>. What is not there ignores it.</summary>
    /// <inheritdoc cref="ReadRegister"/>
    protected virtual void WriteRegister(int bar, ulong offset, ulong value, int size)
    {
        RegisterBlock? block = _bars[bar]!.Registers;
        if (block?.Decode(offset, size) is not { } register)
        {
            _ = NoRegister(bar, offset, size, block?.Find(offset) is not null);
            return;
        }

        RegisterValues values = ValuesOf(register);
        ulong next = values.After(register, offset, value, size);
        if (register.Access == RegisterAccess.ReadOnly || !Accepts(register, next))
            return;
        values[register] = next;
        OnWritten(register);
    }

    private RegisterValues ValuesOf(Register register)
    {
        foreach (RegisterValues one in _values)
        {
            if (one.Block == register.Block)
                return one;
        }

        throw new ArgumentException($"{register.Name} is behind none of the BARs", nameof(register));
    }

    private ulong Read(int bar, ulong offset, int size)
    {
        if (IsInMsixTable(bar, offset))
            return ulong.MaxValue;
        if (_msix is not null && bar == _msix.Bar && offset >= _msix.PendingFirst && offset < _msix.PendingEnd)
            return 0;
        try
        {
            return ReadRegister(bar, offset, size);
        }
#pragma warning disable CA1031 // Whatever a model throws, its device goes and everybody else stays.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail("when a register was read", failure);
            return ulong.MaxValue;
        }
    }

    private void Write(int bar, ulong offset, ulong value, int size)
    {
        try
        {
            WriteRegister(bar, offset, value, size);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail("when a register was written", failure);
        }
    }

    private bool IsInMsixTable(int bar, ulong offset) =>
        _msix is not null && bar == _msix.Bar && offset >= _msix.TableFirst && offset < _msix.TableEnd;

    private static int Width(ulong offset, int left)
    {
        int size = sizeof(ulong);
        while (size > left || (offset & (ulong)(size - 1)) != 0)
            size >>= 1;
        return size;
    }

    private static void Put(Span<byte> into, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..into.Length].CopyTo(into);
    }

    private static ulong Get(ReadOnlySpan<byte> from)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        from.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
