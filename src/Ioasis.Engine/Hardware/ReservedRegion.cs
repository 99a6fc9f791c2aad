using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Hardware;

/// <summary>Addresses that a device cannot use for DMA, because something else answers there.</summary>
/// <param name="Range">The addresses, both ends inclusive.</param>
/// <param name="Kind">What answers there.</param>
public readonly record struct ReservedRegion(AddressRange Range, ReservedKind Kind);

/// <summary>Linux's kinds of reserved regions (<c>/sys/kernel/iommu_groups/N/reserved_regions</c>).</summary>
public enum ReservedKind
{
    /// <summary>Identity-mapped by the firmware.</summary>
    Direct,

    /// <summary>Not to be used at all.</summary>
    Reserved,

    /// <summary>Interrupt messages, translated by hardware.</summary>
    Msi,

    /// <summary>Interrupt messages, mapped by software.</summary>
    SoftwareMsi,
}
