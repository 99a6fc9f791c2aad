using static CopyFile.Linux;

namespace CopyFile;

/// <summary>Pages of memory that nobody moves: the garbage collector's would not do for DMA.</summary>
internal sealed unsafe class Pages : IDisposable
{
    public const int Size = 4096;

    public Pages(int count)
    {
        Count = count;
        Address = (ulong)Check(mmap(null, (nuint)Length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
    }

    public int Count { get; }

    public int Length => Count * Size;

    public ulong Address { get; }

    public Span<byte> Span => new((void*)Address, Length);

    public void Dispose() => _ = munmap((void*)Address, (nuint)Length);
}
