using System.Runtime.CompilerServices;
using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Tests.Guard;

/// <summary>
/// Goes the way of a search through a tree again and notes which parts of its nodes it reads: the map itself counts nothing.
/// </summary>
internal sealed unsafe class FootprintWalk
{
    private readonly HashSet<nint> _lines = [];

    /// <summary>Nodes visited by all searches so far.</summary>
    public long Nodes { get; private set; }

    /// <summary>Cache lines read by all searches so far, each search's counted anew.</summary>
    public long Lines { get; private set; }

    /// <summary>The search for an address; nothing is counted where there is no tree.</summary>
    public void Find<TValue>(IntervalMap<TValue> map, ulong address)
        where TValue : unmanaged
    {
        _lines.Clear();
        void* node = map.Root;
        if (node == null)
            return;
        for (int level = map.Height; level > 0; level--)
        {
            var branch = (Branch*)node;
            int child = (int)branch->Search(address);
            Nodes++;
            Touch(ref branch->Pivots[0], Shape.Group);
            Touch(ref Unsafe.AsRef(in branch->Cuts[child / Shape.Group * Shape.Group]), Shape.Group);
            Touch(ref branch->Children[child], 1);
            node = (void*)branch->Children[child];
        }

        var leaf = (Leaf<TValue>*)node;
        Nodes++;
        Touch(ref Unsafe.AsRef<byte>(node), 1); // the header
        Touch(ref leaf->Lasts[0], Shape.Leaf);
        int i = leaf->Search(address);
        if (i < leaf->Count)
            Touch(ref leaf->EntryAt(i), 1);
        Lines += _lines.Count;
    }

    private void Touch<T>(ref T first, int count)
    {
        nint from = (nint)Unsafe.AsPointer(ref Unsafe.As<T, byte>(ref first)), last = from + count * Unsafe.SizeOf<T>() - 1;
        for (nint line = from / Shape.Line; line <= last / Shape.Line; line++)
            _lines.Add(line);
    }
}
