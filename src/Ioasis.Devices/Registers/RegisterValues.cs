namespace Ioasis.Devices.Registers;

/// <summary>What the registers of one BAR of one function hold. Under the function's lock.</summary>
internal sealed class RegisterValues
{
    private readonly ulong[] _values;

    public RegisterValues(RegisterBlock block)
    {
        Block = block;
        _values = new ulong[block.All.Count];
        Reset();
    }

    public RegisterBlock Block { get; }

    public ulong this[Register register]
    {
        get => _values[register.Slot];
        set => _values[register.Slot] = value & register.Mask;
    }

    public void Reset()
    {
        foreach (Register register in Block.All)
            _values[register.Slot] = register.Reset;
    }

    /// <summary>What a register would hold after a write that it answers.</summary>
    /// <param name="register">The register.</param>
    /// <param name="offset">Where in the BAR the write goes, in bytes.</param>
    /// <param name="value">What is written, in the low <paramref name="size"/> bytes.</param>
    /// <param name="size">Bytes written.</param>
    public ulong After(Register register, ulong offset, ulong value, int size)
    {
        ulong before = this[register], written = value & register.Mask;
        if (size < register.Size)
        {
            int shift = ((int)offset - register.Offset) * 8;
            ulong half = ulong.MaxValue >> (64 - size * 8);
            written = register.Widths == RegisterWidths.Halves ? (before & ~(half << shift)) | (value & half) << shift : value & half;
        }

        return (before & ~register.Writable) | (written & register.Writable);
    }
}
