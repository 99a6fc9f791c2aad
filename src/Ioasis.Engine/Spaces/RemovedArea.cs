namespace Ioasis.Engine.Spaces;

/// <summary>An area that has left the map and waits until no DMA uses it; <paramref name="Length"/> in bytes.</summary>
internal readonly record struct RemovedArea(Area Area, ulong Length);
