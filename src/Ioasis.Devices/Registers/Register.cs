namespace Ioasis.Devices.Registers;

/// <summary>Who may do what with a register.</summary>
public enum RegisterAccess
{
    ReadWrite,

    /// <summary>Writes are ignored.</summary>
    ReadOnly,

    /// <summary>Reads give ones.</summary>
    WriteOnly,
}

/// <summary>Which accesses a register of 8 bytes answers beside those of its own size.</summary>
public enum RegisterWidths
{
    /// <summary>None.</summary>
    Whole,

    /// <summary>4 bytes at either half, which read and write that half.</summary>
    Halves,

    /// <summary>4 bytes at its offset, which read its low half; what is written so becomes the whole register, its high half 0.</summary>
    Low,
}

/// <summary>One register of a device, as its data sheet describes it. Never changes; what it holds is the function's.</summary>
public sealed class Register
{
    internal Register(RegisterBlock block, int slot, string name, int offset, int size, string summary)
    {
        Block = block;
        Slot = slot;
        Name = name;
        Offset = offset;
        Size = size;
        Summary = summary;
    }

    /// <summary>As the data sheet calls it.</summary>
    public string Name { get; }

    /// <summary>Bytes from the start of the BAR.</summary>
    public int Offset { get; }

    /// <summary>1, 2, 4 or 8 bytes.</summary>
    public int Size { get; }

    /// <summary>One line for people: what it means.</summary>
    public string Summary { get; }

    public RegisterAccess Access { get; internal init; }

    public RegisterWidths Widths { get; internal init; }

    /// <summary>The bits that a write changes; the others stay as they are.</summary>
    public ulong Writable
    {
        get;
        internal init => field = value & Mask;
    }

    /// <summary>What it holds after a reset.</summary>
    public ulong Reset
    {
        get;
        internal init => field = value & Mask;
    }

    /// <summary>The bits that there are.</summary>
    public ulong Mask => ulong.MaxValue >> (64 - Size * 8);

    internal RegisterBlock Block { get; }

    /// <summary>Its place in the function's values.</summary>
    internal int Slot { get; }

    public override string ToString() => Name;
}
