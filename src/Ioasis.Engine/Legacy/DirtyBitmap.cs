using System.Numerics;
using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Legacy;

/// <summary>
/// A bitmap of a client's that legacy VFIO writes: a bit a page, in words of 64 bits, the first bit for the first page of the
/// range asked for. No device of a container tells which pages it wrote, so every mapped page is dirty, always.
/// </summary>
/// <param name="Data">Where it is in the client's memory.</param>
/// <param name="Size">Bytes of it.</param>
/// <param name="PageSize">Bytes that a bit stands for.</param>
public readonly record struct DirtyBitmap(ulong Data, ulong Size, ulong PageSize)
{
    /// <summary>Largest bitmap in bytes: 2^31 pages.</summary>
    public const ulong MostBytes = 1ul << 28;

    private const int WordBits = 64;

    /// <summary>The first address that no program can have (x86-64).</summary>
    private const ulong EndOfPrograms = (1ul << 47) - 4096;

    private static readonly byte[] s_ones = Ones();

    /// <summary>Checks the bitmap for a range.</summary>
    /// <param name="length">Bytes of the range.</param>
    /// <param name="why">EINVAL: too small, too large, for no page, or where no program has memory.</param>
    public Errno Check(ulong length, ref Reason why)
    {
        if (Size > EndOfPrograms || Data > EndOfPrograms - Size)
            return why.Because(ReasonCode.DirtyBitmapSize, Size, Data, 0);
        ulong pages = PageSize == 0 ? 0 : length >> BitOperations.TrailingZeroCount(PageSize);
        ulong needed = BytesFor(pages);
        return pages == 0 || Size == 0 || Size > MostBytes || Size < needed
            ? why.Because(ReasonCode.DirtyBitmapSize, Size, Data, needed)
            : Errno.Success;
    }

    /// <summary>Sets the bits of a mapping. A first word that also stands for pages before it keeps its bits.</summary>
    /// <param name="memory">The client's memory.</param>
    /// <param name="first">What the first bit stands for.</param>
    /// <param name="mapping">The mapping, whole pages; begins at <paramref name="first"/> or after.</param>
    /// <param name="why">EFAULT: a part of the bitmap cannot be reached.</param>
    internal Errno Write(ClientMemory memory, ulong first, AddressRange mapping, ref Reason why)
    {
        int shift = BitOperations.TrailingZeroCount(PageSize);
        ulong bit = (mapping.First - first) >> shift;
        ulong count = ((mapping.Last - mapping.First) >> shift) + 1;
        ulong address = Data + bit / WordBits * sizeof(ulong);
        int before = (int)(bit % WordBits);
        ulong total = (ulong)before + count;

        ulong head = total < WordBits ? ((1ul << (int)count) - 1) << before : ulong.MaxValue << before;
        if (before != 0)
        {
            ulong kept = 0;
            if (memory.Read(new HostAddress(address), Bytes(ref kept)) != sizeof(ulong))
                return why.Because(ReasonCode.ListUnreadable, address, bit);
            head |= kept;
        }

        Errno errno = WriteWord(memory, address, head, ref why);
        ulong whole = total / WordBits * sizeof(ulong);
        for (ulong at = sizeof(ulong); at < whole && errno.Succeeded;)
        {
            int part = (int)Math.Min((ulong)s_ones.Length, whole - at);
            if (memory.Write(new HostAddress(address + at), s_ones.AsSpan(0, part)) != part)
                errno = why.Because(ReasonCode.ListUnwritable, address + at, bit);
            at += (ulong)part;
        }

        if (total > WordBits && total % WordBits != 0 && errno.Succeeded)
            errno = WriteWord(memory, address + whole, (1ul << (int)(total % WordBits)) - 1, ref why);
        return errno;
    }

    private static ulong BytesFor(ulong pages) => (pages + (WordBits - 1)) / WordBits * sizeof(ulong);

    private static Errno WriteWord(ClientMemory memory, ulong address, ulong word, ref Reason why) =>
        memory.Write(new HostAddress(address), Bytes(ref word)) == sizeof(ulong)
            ? Errno.Success
            : why.Because(ReasonCode.ListUnwritable, address, 0);

    private static Span<byte> Bytes(ref ulong word) => MemoryMarshal.AsBytes(new Span<ulong>(ref word));

    private static byte[] Ones()
    {
        byte[] ones = new byte[4096];
        ones.AsSpan().Fill(0xff);
        return ones;
    }
}
