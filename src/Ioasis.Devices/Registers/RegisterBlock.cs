namespace Ioasis.Devices.Registers;

/// <summary>
/// The registers behind a BAR, described once a model: what answers an access, what it is called and what it is good for. Accesses are
/// decoded by it, and the tables of the documentation are compared with it. What the registers hold is each function's own
/// (<see cref="Pci.PciFunction"/>).
/// </summary>
/// <remarks>Registers are added by the model's static initialisation, and never after: then any thread may look.</remarks>
public sealed class RegisterBlock
{
    private readonly List<Register> _byOffset = [];

    /// <summary>By offset, the lowest first.</summary>
    public IReadOnlyList<Register> All => _byOffset;

    /// <summary>Adds a register.</summary>
    /// <param name="name">As the data sheet calls it.</param>
    /// <param name="offset">Bytes from the start of the BAR; a multiple of <paramref name="size"/>.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="summary">One line for people.</param>
    /// <param name="access">Who may do what with it.</param>
    /// <param name="widths">For a register of 8 bytes: which narrower accesses it answers.</param>
    /// <param name="writable">The bits that a write changes.</param>
    /// <param name="reset">What it holds after a reset.</param>
    /// <exception cref="ArgumentException">It meets another register, or has no such size or offset.</exception>
    public Register Add(
        string name, int offset, int size, string summary, RegisterAccess access = RegisterAccess.ReadWrite,
        RegisterWidths widths = RegisterWidths.Whole, ulong writable = ulong.MaxValue, ulong reset = 0)
    {
        if (size is not (1 or 2 or 4 or 8) || offset < 0 || offset % size != 0 || (widths != RegisterWidths.Whole && size != sizeof(ulong)))
            throw new ArgumentException($"register {name}: there is none of {size} bytes at 0x{offset:x} with these widths", nameof(offset));
        if (_byOffset.Find(one => one.Offset < offset + size && offset < one.Offset + one.Size) is { } other)
            throw new ArgumentException($"register {name} meets {other.Name}", nameof(offset));
        var added = new Register(this, _byOffset.Count, name, offset, size, summary) { Access = access, Widths = widths, Writable = writable, Reset = reset };
        _byOffset.Insert(_byOffset.FindLastIndex(one => one.Offset < offset) + 1, added);
        return added;
    }

    /// <summary>The register that a byte belongs to; null for none.</summary>
    public Register? Find(ulong offset)
    {
        int first = 0, end = _byOffset.Count;
        while (first < end)
        {
            int middle = (first + end) / 2;
            if ((ulong)_byOffset[middle].Offset <= offset)
                first = middle + 1;
            else
                end = middle;
        }

        Register? last = first == 0 ? null : _byOffset[first - 1];
        return last is not null && offset < (ulong)(last.Offset + last.Size) ? last : null;
    }

    /// <summary>The register that answers an access.</summary>
    /// <param name="offset">Bytes from the start of the BAR; a multiple of <paramref name="size"/>.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <returns>Null when none does.</returns>
    internal Register? Decode(ulong offset, int size)
    {
        if (Find(offset) is not { } register)
            return null;
        int within = (int)offset - register.Offset;
        bool answers = size == register.Size
            || (size == sizeof(uint) && register.Widths == RegisterWidths.Halves)
            || (size == sizeof(uint) && within == 0 && register.Widths == RegisterWidths.Low);
        return answers ? register : null;
    }
}
