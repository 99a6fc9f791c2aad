using System.Runtime.CompilerServices;
using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Guard;

/// <summary>
/// Goes the way of a search through a tree again and notes which parts of its nodes it reads: the map itself counts nothing.
/// Lines are counted from the beginning of each object, as if it began with one.
/// </summary>
internal sealed class FootprintWalk
{
    private const int Line = 64;

    private readonly HashSet<(Node, nint)> _lines = new(); // nodes compare by reference

    /// <summary>Nodes visited by all searches so far.</summary>
    public long Nodes { get; private set; }

    /// <summary>Cache lines read by all searches so far, each search's counted anew.</summary>
    public long Lines { get; private set; }

    /// <summary>The search for an address.</summary>
    public void Find<TValue>(IntervalMap<TValue> map, ulong address)
        where TValue : struct
    {
        _lines.Clear();
        Node node = map.Root!;
        while (node is Branch branch)
        {
            int child = (int)branch.Search(address);
            Enter(branch);
            Touch(branch, ref branch.Pivots[0], Shape.Group);
            Touch(branch, ref Unsafe.AsRef(in branch.Cuts[child / Shape.Group * Shape.Group]), Shape.Group);
            Touch(branch, ref branch.Children[child], 1);
            node = branch.Children[child]!;
        }

        Leaf<TValue> leaf = (Leaf<TValue>)node;
        Enter(leaf);
        Touch(leaf, ref leaf.Version, 1);
        Touch(leaf, ref leaf.Count, 1);
        Touch(leaf, ref leaf.Lasts[0], leaf.Lasts.Length);
        int i = leaf.Find(address);
        if (i < leaf.Count)
        {
            Touch(leaf, ref leaf.Order, 1);
            Touch(leaf, ref leaf.EntryAt(i), 1);
        }

        Lines += _lines.Count;
    }

    /// <summary>The node's type is looked at.</summary>
    private void Enter(Node node)
    {
        Nodes++;
        _lines.Add((node, 0));
    }

    private void Touch<T>(Node node, ref T first, int count)
    {
        ref byte begin = ref Unsafe.As<Contents>(node).First;
        nint from = Unsafe.ByteOffset(ref begin, ref Unsafe.As<T, byte>(ref first)) + nint.Size; // the type comes before the contents
        for (nint line = from / Line; line <= (from + count * Unsafe.SizeOf<T>() - 1) / Line; line++)
            _lines.Add((node, line));
    }

    /// <summary>Any object, seen as its bytes.</summary>
    private sealed class Contents
    {
        public byte First;
    }
}
