using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

/// <summary>
/// Memory for nodes, which begin with a cache line: blocks that the garbage collector does not move, each a quarter of all before it
/// together, within limits. Nothing is taken before the first node is, and nothing given back before all is.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal unsafe struct NodeBlocks
{
    private const int Smallest = 1 << 10, Largest = 1 << 20; // bytes of a block
    private const int Share = 4;

    private List<byte[]>? _blocks; // held for their memory only
    private byte* _next, _end; // what is left of the last block

    /// <summary>Bytes of all blocks.</summary>
    public long Bytes { readonly get; private set; }

    /// <summary>New memory, zero.</summary>
    public void* Take(int bytes)
    {
        bytes = (bytes + Shape.Line - 1) & -Shape.Line;
        if (_end - _next < bytes)
            AddBlock(bytes);
        byte* node = _next;
        _next += bytes;
        return node;
    }

    private void AddBlock(int least)
    {
        int bytes = Math.Max(least, (int)Math.Clamp(Bytes / Share, Smallest, Largest));
        byte[] block = GC.AllocateArray<byte>(bytes + Shape.Line, pinned: true);
        (_blocks ??= []).Add(block);
        Bytes += block.Length;
        nuint first = (nuint)Unsafe.AsPointer(ref block[0]);
        _next = (byte*)((first + Shape.Line - 1) & ~(nuint)(Shape.Line - 1));
        _end = _next + bytes;
    }
}
