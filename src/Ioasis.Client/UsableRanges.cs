namespace Ioasis.Client;

/// <summary>Where an address space can be mapped now. Devices that are attached or detached change it.</summary>
/// <param name="Ranges">The usable addresses, ascending.</param>
/// <param name="Alignment">What IOVAs and lengths must be multiples of, in bytes.</param>
public sealed record UsableRanges(IReadOnlyList<IovaRange> Ranges, ulong Alignment);
