namespace Ioasis.Engine.Intervals;

/// <summary>
/// What searches for a place have learnt of a branch's children: which requests none of the holes below a child takes, although one is
/// long enough. So an address space full of holes that all begin at the wrong alignment is walked once, not at every search.
/// </summary>
/// <remarks>
/// Writer only. A request that asks for more at the same alignment and offset is refused too. Additions only make holes smaller, so what
/// is known stays true; a removal makes the branches on its way forget that child, a change of the structure all of them. A few
/// alignments and offsets are remembered at a time, the oldest goes first.
/// </remarks>
internal sealed class Refusals
{
    /// <summary>Kinds of request remembered: whole pages have ten alignments, 4 KiB to 2 MiB; the rest is for odd ones.</summary>
    private const int MostKinds = 16;

    private readonly List<Kind> _kinds = [];
    private int _oldest;

    /// <summary>No hole below child <paramref name="i"/> takes the request: that is known.</summary>
    public bool Refuses(int i, in GapRequest request)
    {
        foreach (Kind kind in _kinds)
        {
            if (kind.Alignment == request.Alignment && kind.Offset == request.Offset)
                return request.Length >= kind.Least[i];
        }

        return false;
    }

    /// <summary>All holes below child <paramref name="i"/> have been tried, and none takes the request.</summary>
    public void Add(int i, in GapRequest request)
    {
        ulong[] least = LeastOf(request.Alignment, request.Offset);
        least[i] = Math.Min(least[i], request.Length);
    }

    /// <summary>A hole below child <paramref name="i"/> has grown.</summary>
    public void Forget(int i)
    {
        foreach (Kind kind in _kinds)
            kind.Least[i] = ulong.MaxValue;
    }

    /// <summary>The children are others now.</summary>
    public void Forget()
    {
        foreach (Kind kind in _kinds)
            Array.Fill(kind.Least, ulong.MaxValue);
    }

    private ulong[] LeastOf(ulong alignment, ulong offset)
    {
        foreach (Kind known in _kinds)
        {
            if (known.Alignment == alignment && known.Offset == offset)
                return known.Least;
        }

        ulong[] least;
        if (_kinds.Count < MostKinds)
        {
            least = new ulong[Shape.Branch];
            _kinds.Add(new Kind(alignment, offset, least));
        }
        else
        {
            least = _kinds[_oldest].Least;
            _kinds[_oldest] = new Kind(alignment, offset, least);
            _oldest = (_oldest + 1) % MostKinds;
        }

        Array.Fill(least, ulong.MaxValue);
        return least;
    }

    /// <summary>Requests of one alignment and offset: for each child the least length that was not found.</summary>
    private readonly record struct Kind(ulong Alignment, ulong Offset, ulong[] Least);
}
