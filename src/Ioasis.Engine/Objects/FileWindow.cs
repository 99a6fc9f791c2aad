namespace Ioasis.Engine.Objects;

/// <summary>A part of <c>/dev/iommu</c> that can be mapped, whole or not at all.</summary>
/// <param name="offset">First byte.</param>
/// <param name="length">Bytes; a multiple of the page size.</param>
/// <param name="firstWord">What its first 32 bits hold at first; the rest is zero.</param>
public sealed class FileWindow(ulong offset, ulong length, uint firstWord)
{
    public ulong Offset { get; } = offset;

    public ulong Length { get; } = length;

    public uint FirstWord { get; } = firstWord;

    /// <summary>Tells whether a client has it mapped; set by whoever shows it. The object behind it cannot be destroyed as long.</summary>
    public Func<bool>? IsMapped { get; set; }
}
