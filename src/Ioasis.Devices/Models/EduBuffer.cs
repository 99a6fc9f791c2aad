using Ioasis.Devices.Pci;
using Ioasis.Engine.Addresses;

namespace Ioasis.Devices.Models;

/// <summary>
/// The buffer of <see cref="Edu"/>, which its DMA engine sees at 0x40000, and the transfers to and from it. The device says
/// nothing of how a transfer ended: one that does not fit the buffer moves nothing, one that is aborted leaves what it leaves
/// (ones in the buffer).
/// </summary>
/// <remarks>Used by the device thread; <see cref="Clear"/> only while its DMA is cut.</remarks>
internal sealed class EduBuffer(DmaChannel dma, ulong mask)
{
    private const ulong First = 0x40000;
    private const ulong Size = 4096;

    private readonly byte[] _bytes = new byte[Size];

    /// <summary>Memory to buffer.</summary>
    public void Fetch(long epoch, ulong source, ulong destination, ulong count)
    {
        if (Fits(destination, count))
            dma.Read(epoch, new Iova(source & mask), At(destination, count));
    }

    /// <summary>Buffer to memory.</summary>
    public void Store(long epoch, ulong source, ulong destination, ulong count)
    {
        if (Fits(source, count))
            dma.Write(epoch, new Iova(destination & mask), At(source, count));
    }

    public void Clear() => _bytes.AsSpan().Clear();

    private static bool Fits(ulong address, ulong count) =>
        count != 0 && address >= First && address - First < Size && count <= Size - (address - First);

    private Span<byte> At(ulong address, ulong count) => _bytes.AsSpan((int)(address - First), (int)count);
}
