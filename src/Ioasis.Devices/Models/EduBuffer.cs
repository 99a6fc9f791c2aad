using Ioasis.Devices.Work;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Models;

/// <summary>
/// The buffer of <see cref="Edu"/>, which its DMA engine sees at 0x40000, and the transfers to and from it. The device says
/// nothing of how a transfer ended: one that does not fit the buffer moves nothing, one that is aborted leaves what it leaves
/// (ones in the buffer).
/// </summary>
/// <remarks>Used by the device's worker; <see cref="Clear"/> only while its DMA is cut.</remarks>
internal sealed class EduBuffer(Edu edu, ulong mask)
{
    private const ulong First = 0x40000;
    private const ulong Size = 4096;

    private readonly byte[] _bytes = new byte[Size];

    /// <summary>Memory to buffer.</summary>
    public void Fetch(DeviceWork work, ulong source, ulong destination, ulong count)
    {
        if (Fits(destination, count))
            work.Read(Reach(source), At(destination, count));
    }

    /// <summary>Buffer to memory.</summary>
    public void Store(DeviceWork work, ulong source, ulong destination, ulong count)
    {
        if (Fits(source, count))
            work.Write(Reach(destination), At(source, count));
    }

    public void Clear() => _bytes.AsSpan().Clear();

    private bool Fits(ulong address, ulong count)
    {
        if (count != 0 && address >= First && address - First < Size && count <= Size - (address - First))
            return true;
        edu.Notice(ReasonCode.DmaBeyondBuffer, address, count, First, First + Size - 1);
        return false;
    }

    private Iova Reach(ulong address)
    {
        if ((address & ~mask) != 0)
            edu.Notice(ReasonCode.DmaBeyondMask, address, mask, address & mask);
        return new Iova(address & mask);
    }

    private Span<byte> At(ulong address, ulong count) => _bytes.AsSpan((int)(address - First), (int)count);
}
