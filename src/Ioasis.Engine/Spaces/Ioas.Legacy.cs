using Ioasis.Engine.Dma;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Spaces;

/// <summary>What legacy VFIO asks of an address space, in its own words.</summary>
public sealed partial class Ioas
{
    /// <summary>
    /// Page sizes that every page table has, as legacy VFIO tells them: sizes below a system page are hidden behind it.
    /// All sizes from a system page up without a page table.
    /// </summary>
    internal ulong LegacyPageSizes
    {
        get
        {
            ulong sizes = ulong.MaxValue;
            for (HwPageTable? table = _firstTable; table is not null; table = table.Next)
                sizes &= table.Format.PageSizes;
            const ulong BelowPage = SystemPage.Size - 1;
            return (sizes & BelowPage) == 0 ? sizes : (sizes & ~BelowPage) | SystemPage.Size;
        }
    }

    /// <summary>Whether the hardware makes all DMA through this address space cache-coherent; so it is without a page table.</summary>
    internal bool IsCoherent
    {
        get
        {
            for (HwPageTable? table = _firstTable; table is not null; table = table.Next)
            {
                if (!table.Iommu.EnforcesCoherency)
                    return false;
            }

            return true;
        }
    }

    /// <summary>Puts other client memory behind an area, for every DMA from now on. The area shares its backing with no other.</summary>
    /// <returns>What is to be done when DMA that may last for long has ended; null when all is done.</returns>
    internal Departure? Move(ulong start, in Area moved)
    {
        _areas.TryFind(start, out _, out ulong last, out Area old);
        if (!_areas.TryUpdate(start, in moved))
            throw new InvalidOperationException($"no area begins at 0x{start:x}");
        Context.Backings[moved.Backing].AddArea();
        DmaWait? wait = null;
        ForgetTranslations(ref wait);
        Departure departure = new(wait ?? new DmaWait(), [new RemovedArea(old, start, last - start + 1)], _tableCount != 0, KeepPlaces: false);
        if (wait is not null)
            return departure;
        Complete(departure);
        return null;
    }
}
