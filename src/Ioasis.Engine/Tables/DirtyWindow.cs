using System.Numerics;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Tables;

/// <summary>
/// A part of the bitmap that a client asks for (IOMMU_HWPT_GET_DIRTY_BITMAP): a bit for each of the client's pages, whatever pages the
/// tables have. It begins and ends at whole bytes of the client's bitmap.
/// </summary>
/// <remarks>One thread. The range is inclusive at both ends; addresses are IOVAs.</remarks>
public sealed class DirtyWindow
{
    /// <summary>Pages in one window: 64 KiB of bitmap.</summary>
    public const int Pages = 1 << 19;

    private readonly ulong[] _bits = new ulong[Pages / 64 + 1]; // one more, that a shifted word may run into
    private int _pageShift;
    private int _lowest = int.MaxValue, _highest = -1; // words that have bits
    private ulong _leaf;
    private bool _isBitForBit; // a page of the tables, of the tracker and of the client is the same

    /// <summary>What bit 0 stands for.</summary>
    public ulong First { get; private set; }

    /// <summary>The last address.</summary>
    public ulong Last { get; private set; }

    /// <summary>The last address of a dirty page of the tables that ends beyond the window; 0 when there is none.</summary>
    internal ulong ReachesTo { get; private set; }

    /// <summary>An address of the range is not mapped: nothing from there on is told.</summary>
    public bool MeetsHole { get; internal set; }

    /// <summary>Mappings whose memory is to be asked first; kept for the next window.</summary>
    internal List<(BackingId Backing, PageSizeQuestion Question)> UnknownPages { get; } = [];

    /// <summary>Begins a window; its bits are clear.</summary>
    /// <param name="first">What bit 0 stands for.</param>
    /// <param name="last">The last address.</param>
    /// <param name="pageShift">The client's pages: 2^n bytes.</param>
    public void Open(ulong first, ulong last, int pageShift)
    {
        if (_highest >= 0)
            _bits.AsSpan(_lowest, _highest - _lowest + 1).Clear();
        _lowest = int.MaxValue;
        _highest = -1;
        First = first;
        Last = last;
        _pageShift = pageShift;
        ReachesTo = 0;
        MeetsHole = false;
    }

    /// <summary>The words between the first and the last that have a bit set.</summary>
    /// <param name="offset">Where they begin, in bytes from the window's begin.</param>
    /// <returns>Empty when all is clean.</returns>
    public Span<ulong> Dirty(out ulong offset)
    {
        offset = 0;
        if (_highest < 0)
            return [];
        offset = (ulong)_lowest * sizeof(ulong);
        return _bits.AsSpan(_lowest, _highest - _lowest + 1);
    }

    /// <summary>What follows is told about tables with pages of this size, which are dirty as a whole.</summary>
    internal void UseLeaf(ulong bytes)
    {
        _leaf = bytes;
        _isBitForBit = bytes == 1ul << _pageShift;
    }

    /// <summary>64 pages of the tracker.</summary>
    /// <param name="iova">Where the first one begins.</param>
    /// <param name="bits">Which are dirty; at least one.</param>
    /// <param name="shift">The tracker's pages: 2^n bytes.</param>
    internal void Add(ulong iova, ulong bits, int shift)
    {
        if (_isBitForBit && shift == _pageShift)
        {
            AddWord(iova, bits);
            return;
        }

        for (int at = 0; bits != 0;)
        {
            int clean = BitOperations.TrailingZeroCount(bits);
            at += clean;
            bits >>= clean;
            int dirty = BitOperations.TrailingZeroCount(~bits);
            AddRange(iova + ((ulong)at << shift), iova + ((ulong)(at + dirty) << shift) - 1);
            at += dirty;
            bits = dirty == 64 ? 0 : bits >> dirty;
        }
    }

    /// <summary>The place of 64 words of a tracker's pages, when they lie in the window word for word.</summary>
    /// <param name="iova">What the first one begins with.</param>
    /// <param name="shift">The tracker's pages: 2^n bytes.</param>
    /// <param name="dirty">Which of them may get a bit; at least one.</param>
    /// <param name="words">The window's words, to which bits may be added.</param>
    internal bool TryGet(ulong iova, int shift, ulong dirty, out Span<ulong> words)
    {
        words = default;
        ulong bit = (iova - First) >> _pageShift;
        if (!_isBitForBit || shift != _pageShift || iova < First || (bit & 63) != 0 || bit > Pages - 64 * 64)
            return false;
        int word = (int)(bit >> 6);
        words = _bits.AsSpan(word, 64);
        _lowest = Math.Min(_lowest, word + BitOperations.TrailingZeroCount(dirty));
        _highest = Math.Max(_highest, word + BitOperations.Log2(dirty));
        return true;
    }

    private void AddWord(ulong iova, ulong bits)
    {
        if (iova < First)
        {
            bits >>= (int)((First - iova) >> _pageShift);
            iova = First;
        }

        ulong bit = (iova - First) >> _pageShift;
        int word = (int)(bit >> 6), offset = (int)(bit & 63);
        if (offset == 0)
        {
            Or(word, bits);
            return;
        }

        ulong low = bits << offset, high = bits >> (64 - offset);
        if (low != 0)
            Or(word, low);
        if (high != 0)
            Or(word + 1, high);
    }

    private void AddRange(ulong first, ulong last)
    {
        first &= ~(_leaf - 1);
        last |= _leaf - 1;
        if (last > Last)
            ReachesTo = last;
        if (last < First || first > Last)
            return;
        int firstBit = (int)((Math.Max(first, First) - First) >> _pageShift), lastBit = (int)((Math.Min(last, Last) - First) >> _pageShift);
        int firstWord = firstBit >> 6, lastWord = lastBit >> 6;
        ulong head = ulong.MaxValue << (firstBit & 63), tail = ulong.MaxValue >> (63 - (lastBit & 63));
        if (firstWord == lastWord)
        {
            Or(firstWord, head & tail);
            return;
        }

        Or(firstWord, head);
        _bits.AsSpan(firstWord + 1, lastWord - firstWord - 1).Fill(ulong.MaxValue);
        Or(lastWord, tail);
    }

    private void Or(int word, ulong bits)
    {
        _bits[word] |= bits;
        if (word < _lowest)
            _lowest = word;
        if (word > _highest)
            _highest = word;
    }
}
