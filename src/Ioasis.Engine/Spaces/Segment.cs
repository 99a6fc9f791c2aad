namespace Ioasis.Engine.Spaces;

/// <summary>A run of client memory that is to become an area: all of a new mapping, or a part of a copied one.</summary>
internal readonly record struct Segment(BackingId Backing, ulong Address, ulong Length);
