using Ioasis.Devices.Registers;

namespace Ioasis.Devices.Pci;

/// <summary>A memory base address register (PCI 3.0, 6.2.5.1): how much a function decodes, and where the machine put it.</summary>
public sealed class Bar
{
    /// <summary>Base address registers of a function; one of 64 bits takes two.</summary>
    public const int Count = 6;

    /// <param name="index">0 to 5; a BAR of 64 bits also takes the next index.</param>
    /// <param name="size">Bytes: a power of two, at least a page, so that it could be mapped.</param>
    /// <param name="is64Bit">Whether it may lie above 4 GiB.</param>
    /// <param name="isPrefetchable">Whether reads have no side effects.</param>
    /// <param name="isMemory">Whether it is plain memory, which the model has nothing to do with and clients may map.</param>
    /// <param name="registers">The registers behind it; null when it has none, or the model decodes accesses by itself.</param>
    public Bar(
        int index, ulong size, bool is64Bit = false, bool isPrefetchable = false, bool isMemory = false, RegisterBlock? registers = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index + (is64Bit ? 1u : 0u), (uint)Count);
        if (!ulong.IsPow2(size) || size < 4096 || (!is64Bit && size > 1ul << 31))
            throw new ArgumentOutOfRangeException(nameof(size), size, "not a size that a BAR can have");
        Index = index;
        Size = size;
        Is64Bit = is64Bit;
        IsPrefetchable = isPrefetchable;
        IsMemory = isMemory;
        Registers = registers;
    }

    public int Index { get; }

    /// <summary>Bytes.</summary>
    public ulong Size { get; }

    public bool Is64Bit { get; }

    public bool IsPrefetchable { get; }

    public bool IsMemory { get; }

    /// <summary>The registers behind it; null when it has none, or the model decodes accesses by itself.</summary>
    public RegisterBlock? Registers { get; }

    /// <summary>Physical address that the machine gave it; 0 before. What a client writes to the register goes nowhere.</summary>
    public ulong Address { get; internal set; }

    /// <summary>The read-only low bits of the register.</summary>
    internal uint TypeBits => (Is64Bit ? 4u : 0u) | (IsPrefetchable ? 8u : 0u);
}
