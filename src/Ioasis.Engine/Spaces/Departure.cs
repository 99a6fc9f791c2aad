using Ioasis.Engine.Dma;

namespace Ioasis.Engine.Spaces;

/// <summary>Areas that lead nowhere any more, and whose memory is let go when the DMA that may still use it has ended.</summary>
/// <param name="Wait">The DMA. It is waited for without the lock; then <see cref="Ioas.Complete"/> follows, with it.</param>
/// <param name="Areas">What they led to.</param>
/// <param name="ArePinned">Page tables had them pinned.</param>
/// <param name="KeepPlaces">Their IOVAs are kept until then, by areas that are leaving.</param>
internal sealed record Departure(DmaWait Wait, RemovedArea[] Areas, bool ArePinned, bool KeepPlaces);
