namespace Ioasis.Engine.Spaces;

/// <summary>Which <see cref="Backing"/> of a context's <see cref="BackingTable"/>; 0 is none.</summary>
internal readonly record struct BackingId(uint Value);
