namespace Ioasis.Client;

/// <summary>
/// A hardware page table (HWPT) that shows an address space to the devices attached to it. Thread-safe. Lives no longer than
/// its address space is wanted: destroy it first.
/// </summary>
public sealed class PageTable : IommuObject
{
    internal PageTable(AddressSpace space, uint id)
        : base(space.Iommu, id) => AddressSpace = space;

    /// <summary>What it shows.</summary>
    public AddressSpace AddressSpace { get; }

    private protected override string Kind => "page table";
}
