namespace Ioasis.Engine.Spaces;

/// <summary>Pages of a client's memory by number (address / page size), both ends inclusive.</summary>
internal readonly record struct PageRun(ulong First, ulong Last)
{
    public ulong Count => Last - First + 1;

    /// <summary>The pages that a range of bytes touches. The range does not wrap and has at least one byte.</summary>
    public static PageRun Of(ulong address, ulong length) =>
        new(address >> SystemPage.Shift, (address + (length - 1)) >> SystemPage.Shift);
}
