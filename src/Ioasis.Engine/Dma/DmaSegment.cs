using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Dma;

/// <summary>One entry of a scatter-gather list: bytes that follow each other in the device's address space.</summary>
/// <param name="Iova">The first byte.</param>
/// <param name="Length">Bytes, at least 1.</param>
public readonly record struct DmaSegment(Iova Iova, int Length);
