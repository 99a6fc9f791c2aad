using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// A border between pages that are pinned differently often, in a tree of them, with what is known of all borders below it. 56 bytes: one
/// cache line.
/// </summary>
internal struct PinNode
{
    /// <summary>The first page after the border.</summary>
    public ulong Page;

    /// <summary>The lowest and the highest border of the subtree.</summary>
    public ulong First, Last;

    /// <summary>Pages between <see cref="First"/> and <see cref="Last"/> that are pinned least often.</summary>
    public ulong LeastPages;

    /// <summary>How much more often the pages after the border are pinned than those before; never 0 in a tree.</summary>
    public int Change;

    /// <summary>All changes of the subtree.</summary>
    public int Sum;

    /// <summary>Pins of the pages between the borders that have the fewest, counted from 0 before <see cref="First"/>; <see cref="int.MaxValue"/> without pages.</summary>
    public int Least;

    /// <summary>Chosen by chance, so that no client can shape the tree: no node has one above its parent's.</summary>
    public uint Priority;

    /// <summary>Children; 0 is none. A spare node's left one is the next spare node.</summary>
    public uint Left, Right;
}

/// <summary>The nodes of all <see cref="PinCounts"/> of a context, in arrays: they are nothing to the garbage collector.</summary>
/// <remarks>Guarded by the context's lock.</remarks>
internal sealed class PinNodes
{
    private const int Shift = 10, ArraySize = 1 << Shift, Smallest = 16;

    private PinNode[]?[] _arrays = [new PinNode[Smallest]]; // the first one grows until it is as long as the others
    private uint _end = 1; // nodes from here on have never been used
    private uint _spare;
    private int _spares;
    private uint _seed = (uint)Random.Shared.Next() | 1;

    /// <summary>For tests: nodes looked at.</summary>
    public long Visits { get; set; }

    /// <summary>Bytes held, about.</summary>
    public long Bytes => (long)_end * Unsafe.SizeOf<PinNode>();

    /// <summary>For tests: nodes in use.</summary>
    public int InUse => (int)_end - 1 - _spares;

    /// <summary>For tests: the array that a node lies in.</summary>
    public PinNode[] ArrayOf(uint node) => _arrays[node >> Shift]!;

    /// <summary>A node; the reference is good until <see cref="Ensure"/> is called.</summary>
    public ref PinNode this[uint node] => ref _arrays[node >> Shift]![node & (ArraySize - 1)];

    /// <summary>Makes room, so that the next <paramref name="count"/> times <see cref="Take"/> moves no node.</summary>
    public void Ensure(int count)
    {
        while (_spares < count)
        {
            uint node = _end;
            int array = (int)(node >> Shift), place = (int)(node & (ArraySize - 1));
            if (array == _arrays.Length)
                Array.Resize(ref _arrays, array * 2);
            ref PinNode[]? nodes = ref _arrays[array];
            if (nodes is null)
                nodes = new PinNode[ArraySize];
            else if (place == nodes.Length)
                Array.Resize(ref nodes, place * 2);
            _end++;
            Return(node);
        }
    }

    /// <summary>A node without children, of those that <see cref="Ensure"/> has made room for.</summary>
    public uint Take(ulong page, int change)
    {
        uint node = _spare;
        ref PinNode taken = ref this[node];
        _spare = taken.Left;
        _spares--;
        _seed ^= _seed << 13; // xorshift
        _seed ^= _seed >> 17;
        _seed ^= _seed << 5;
        taken = new PinNode { Page = page, First = page, Last = page, Change = change, Sum = change, Least = int.MaxValue, Priority = _seed };
        return node;
    }

    public void Return(uint node)
    {
        this[node].Left = _spare;
        _spare = node;
        _spares++;
        if (InUse != 0 || _end <= Smallest)
            return;
        _arrays = [new PinNode[Smallest]]; // what a crowd has needed goes with it
        _end = 1;
        _spare = 0;
        _spares = 0;
    }
}
