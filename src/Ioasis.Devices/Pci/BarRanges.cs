using Ioasis.Engine.Memory;

namespace Ioasis.Devices.Pci;

/// <summary>Pieces of a BAR of memory, one behind the other, as the bytes of a dma-buf.</summary>
/// <param name="memory">The BAR's memory.</param>
/// <param name="ranges">First byte and bytes of each piece, within the BAR; at least one, none empty.</param>
internal sealed class BarRanges(BarMemory memory, (ulong Offset, ulong Length)[] ranges) : DmaBufStore
{
    public override int Length { get; } = checked((int)ranges.Sum(static range => (long)range.Length));

    public override void Read(int offset, Span<byte> into)
    {
        while (into.Length != 0)
        {
            (ulong at, int part) = Find(offset, into.Length);
            memory.Read(at, into[..part]);
            offset += part;
            into = into[part..];
        }
    }

    public override void Write(int offset, ReadOnlySpan<byte> from)
    {
        while (from.Length != 0)
        {
            (ulong at, int part) = Find(offset, from.Length);
            memory.Write(at, from[..part]);
            offset += part;
            from = from[part..];
        }
    }

    private (ulong At, int Part) Find(int offset, int wanted)
    {
        ulong rest = (ulong)offset;
        int i = 0;
        while (rest >= ranges[i].Length)
            rest -= ranges[i++].Length;
        return (ranges[i].Offset + rest, (int)Math.Min((ulong)wanted, ranges[i].Length - rest));
    }
}
