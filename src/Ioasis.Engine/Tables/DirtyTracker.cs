using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Tables;

/// <summary>
/// Which pages of one HWPT devices have written to: a bit a page, in a tree of which only what was ever written exists. Each part knows
/// which of its parts have a bit set, so that looking at a clean terabyte costs nothing, and a sparse one what is set.
/// </summary>
/// <remarks>
/// <para>Any number of devices mark at the same time, within their DMA sections; one reader at a time, under the context's lock, takes.
/// </para>
/// <para>A mark sets its bit first and then, upwards, that there is one; a reader takes the latter away before it takes the bits. So a bit
/// that a finished DMA has set is found, by this reading or by the next, and what says that there are bits where none is left is
/// corrected by the next reading.</para>
/// <para>Nodes stay until the tracker goes: 4 KiB for each 32,768 pages with a page among them that was ever written.</para>
/// </remarks>
internal sealed class DirtyTracker
{
    private const int WordShift = 6; // bits of a word
    private const int FanOutShift = 9; // words of a leaf, children of a branch
    private const int LeafShift = FanOutShift + WordShift;
    private const int FanOut = 1 << FanOutShift;
    private const int Many = 4; // dirty words of 64 from which on they are taken together

    private readonly int _pageShift;
    private readonly int _height; // branches above a leaf
    private readonly Node _root;

    /// <param name="pageShift">The pages: 2^n bytes.</param>
    /// <param name="last">The last address that can be marked.</param>
    public DirtyTracker(int pageShift, ulong last)
    {
        _pageShift = pageShift;
        for (ulong top = last >> pageShift >> LeafShift; top != 0; top >>= FanOutShift)
            _height++;
        _root = new Node(_height);
    }

    /// <summary>A leaf (words) or a branch (children), and which of them have a bit set, perhaps.</summary>
    private sealed class Node(int height)
    {
        public readonly ulong[] Dirty = new ulong[FanOut / 64];
        public readonly ulong[] Words = height == 0 ? new ulong[FanOut] : [];
        public readonly Node?[] Children = height == 0 ? [] : new Node?[FanOut];
    }

    /// <summary>A device has written a range. Within a DMA section, or with the lock held.</summary>
    /// <param name="first">Its first address.</param>
    /// <param name="last">Its last, inclusive.</param>
    public void Mark(ulong first, ulong last)
    {
        // The bytes come before the look at whether the page is marked already: a reader that takes that mark tells of them too.
        Interlocked.MemoryBarrier();
        Mark(_root, _height, first >> _pageShift, last >> _pageShift);
    }

    /// <summary>Forgets a range. The lock is held.</summary>
    public void Clear(ulong first, ulong last) => Take(first, last, clear: true, null);

    /// <summary>Tells which pages of a range are marked, and unless told otherwise unmarks them. The lock is held.</summary>
    /// <param name="first">The first address.</param>
    /// <param name="last">The last, inclusive.</param>
    /// <param name="clear">Whether they are clean from now on.</param>
    /// <param name="into">Who is told; null to tell nobody.</param>
    public void Take(ulong first, ulong last, bool clear, DirtyWindow? into) =>
        Take(_root, _height, 0, first >> _pageShift, last >> _pageShift, clear, into);

    /// <summary>Marks pages, by their number within the node.</summary>
    private static void Mark(Node node, int height, ulong first, ulong last)
    {
        if (height == 0)
        {
            MarkLeaf(node, (int)first, (int)last);
            return;
        }

        int shift = LeafShift + (height - 1) * FanOutShift;
        ulong within = (1ul << shift) - 1;
        for (ulong child = first >> shift; child <= last >> shift; child++)
        {
            ref Node? place = ref node.Children[child];
            Node found = Volatile.Read(ref place) ?? Make(ref place, height - 1);
            Mark(found, height - 1, child == first >> shift ? first & within : 0, child == last >> shift ? last & within : within);
            Set(ref node.Dirty[child >> WordShift], 1ul << (int)(child & 63));
        }
    }

    private static void MarkLeaf(Node leaf, int first, int last)
    {
        for (int word = first >> WordShift; word <= last >> WordShift; word++)
        {
            Set(ref leaf.Words[word], Mask(word, first, last));
            Set(ref leaf.Dirty[word >> WordShift], 1ul << (word & 63));
        }
    }

    private static Node Make(ref Node? place, int height)
    {
        Node made = new(height);
        return Interlocked.CompareExchange(ref place, made, null) ?? made;
    }

    /// <summary>Sets bits; costs no more than a look when they are set, which is the rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Set(ref ulong word, ulong bits)
    {
        if ((Volatile.Read(ref word) & bits) != bits)
            Interlocked.Or(ref word, bits);
    }

    private void Take(Node node, int height, ulong start, ulong first, ulong last, bool clear, DirtyWindow? into)
    {
        if (height == 0)
        {
            TakeLeaf(node, start, (int)first, (int)last, clear, into);
            return;
        }

        int shift = LeafShift + (height - 1) * FanOutShift;
        ulong within = (1ul << shift) - 1;
        int firstChild = (int)(first >> shift), lastChild = (int)(last >> shift);
        for (int word = firstChild >> WordShift; word <= lastChild >> WordShift; word++)
        {
            ulong dirty = Volatile.Read(ref node.Dirty[word]) & Mask(word, firstChild, lastChild);
            for (; dirty != 0; dirty &= dirty - 1)
            {
                int child = (word << WordShift) + BitOperations.TrailingZeroCount(dirty);
                ulong from = child == firstChild ? first & within : 0, to = child == lastChild ? last & within : within;
                if (clear && from == 0 && to == within)
                    Interlocked.And(ref node.Dirty[word], ~(1ul << (child & 63)));
                Take(node.Children[child]!, height - 1, start + ((ulong)child << shift), from, to, clear, into);
            }
        }
    }

    private void TakeLeaf(Node leaf, ulong start, int first, int last, bool clear, DirtyWindow? into)
    {
        int firstWord = first >> WordShift, lastWord = last >> WordShift;
        for (int at = firstWord >> WordShift; at <= lastWord >> WordShift; at++)
        {
            ulong dirty = Volatile.Read(ref leaf.Dirty[at]) & Mask(at, firstWord, lastWord);
            ulong whole = dirty;
            if ((first & 63) != 0 && at == firstWord >> WordShift)
                whole &= ~(1ul << (firstWord & 63));
            if ((last & 63) != 63 && at == lastWord >> WordShift)
                whole &= ~(1ul << (lastWord & 63));
            if (clear && whole != 0)
                Interlocked.And(ref leaf.Dirty[at], ~whole);
            if (into is not null && BitOperations.PopCount(whole) >= Many
                && into.TryGet((start + ((ulong)at << 2 * WordShift)) << _pageShift, _pageShift, dirty, out Span<ulong> words))
            {
                TakeWords(leaf.Words.AsSpan(at << WordShift, 64), whole, clear, words);
                dirty &= ~whole;
            }

            for (; dirty != 0; dirty &= dirty - 1)
            {
                int word = (at << WordShift) + BitOperations.TrailingZeroCount(dirty);
                ulong mask = word == firstWord || word == lastWord ? Mask(word, first, last) : ulong.MaxValue;
                ulong bits = TakeWord(ref leaf.Words[word], mask, clear);
                if (bits != 0)
                    into?.Add((start + ((ulong)word << WordShift)) << _pageShift, bits, _pageShift);
            }
        }
    }

    /// <summary>Adds whole words, those of a mask, to as many others. Of words outside of the mask nothing is told.</summary>
    private static void TakeWords(Span<ulong> words, ulong which, bool clear, Span<ulong> into)
    {
        if (!clear && which == ulong.MaxValue)
        {
            for (int i = 0; i < words.Length; i += Vector<ulong>.Count)
                (new Vector<ulong>(into[i..]) | new Vector<ulong>(words[i..])).CopyTo(into[i..]);
            return;
        }

        for (; which != 0; which &= which - 1)
        {
            int word = BitOperations.TrailingZeroCount(which);
            into[word] |= TakeWord(ref words[word], ulong.MaxValue, clear);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TakeWord(ref ulong word, ulong mask, bool clear)
    {
        ulong bits = Volatile.Read(ref word) & mask;
        if (bits == 0 || !clear)
            return bits;
        return mask == ulong.MaxValue ? Interlocked.Exchange(ref word, 0) : Interlocked.And(ref word, ~mask) & mask;
    }

    /// <summary>The bits of a word that lie between two bits, both inclusive, numbered through all words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mask(int word, int first, int last)
    {
        ulong mask = ulong.MaxValue;
        if (word == first >> WordShift)
            mask <<= first & 63;
        if (word == last >> WordShift)
            mask &= ulong.MaxValue >> (63 - (last & 63));
        return mask;
    }
}
