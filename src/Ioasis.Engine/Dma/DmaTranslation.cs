using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Dma;

/// <summary>Where an IOVA leads.</summary>
/// <param name="Address">The client address behind it.</param>
/// <param name="Length">Bytes from there that follow each other and may be used alike; 0: the device may not go there.</param>
public readonly record struct DmaTranslation(HostAddress Address, ulong Length);
