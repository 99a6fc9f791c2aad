namespace Ioasis.Engine.Spaces;

/// <summary>An area that has left the map and waits until no DMA uses it.</summary>
/// <param name="Area">What it led to.</param>
/// <param name="First">Its first IOVA.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct RemovedArea(Area Area, ulong First, ulong Length);
