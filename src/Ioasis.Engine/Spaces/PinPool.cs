using Ioasis.Engine.Intervals;

namespace Ioasis.Engine.Spaces;

/// <summary>Where the coverages of a context keep what they know of pages that are not all pinned alike. Guarded by the context's lock.</summary>
internal sealed class PinPool
{
    /// <summary>Borders between pages that are pinned differently often.</summary>
    public PinNodes Counts { get; } = new();

    /// <summary>Bytes held.</summary>
    public long Bytes => Counts.Bytes + Origins.Bytes;

    /// <summary>Runs of pages that are reached otherwise than their neighbours when their client is gone: a number for each.</summary>
    public NodePool<int> Origins { get; } = new();
}
