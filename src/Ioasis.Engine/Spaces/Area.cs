namespace Ioasis.Engine.Spaces;

/// <summary>
/// What one mapped range of an IOAS leads to: the value that the interval map holds beside the range. 16 bytes and no reference, so that
/// a look-up brings all that a DMA needs and the garbage collector has nothing to follow.
/// </summary>
internal struct Area
{
    /// <summary>The client address of the area's first byte.</summary>
    public ulong Address;

    /// <summary>Where the bytes are; shared with areas that were made by copy.</summary>
    public BackingId Backing;

    public AreaAccess Access;

    /// <summary>
    /// It leads nowhere any more, and only keeps its IOVAs until the DMA that may still use its memory has ended; for DMA, and for all who
    /// look for memory, it is not there.
    /// </summary>
    public readonly bool IsLeaving => Backing.Value == 0;

    /// <summary>Bytes of the area's start into its page: must agree with the alignment of every table (Linux's page_offset).</summary>
    public readonly ulong PageOffset => Address & (SystemPage.Size - 1);
}
