namespace Ioasis.Embedded.Memory;

/// <summary>One mapping (VMA) of this process.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="Readable">May be read.</param>
/// <param name="Writable">May be written.</param>
internal readonly record struct OwnMapping(ulong Start, ulong End, bool Readable, bool Writable);
