namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// Where the regions of a device lie in its file: region n at n · 2^40, as in every Linux since there is VFIO, and as drivers compute
/// it themselves without asking. Where accesses below 2^40 do not come here, BAR0 has a second place above all regions. Both are good
/// everywhere.
/// </summary>
internal static class RegionOffset
{
    private const int Shift = 40;

    /// <summary>Above every region that Linux has, and the last one that the stand-in of a device has room for.</summary>
    private const uint SecondPlaceOfBar0 = 15;

    /// <summary>Where a region begins.</summary>
    /// <param name="region">VFIO's index.</param>
    /// <param name="seesLowOffsets">Whether accesses below 2^40 come here.</param>
    public static ulong Of(uint region, bool seesLowOffsets = true) =>
        (ulong)(region == 0 && !seesLowOffsets ? SecondPlaceOfBar0 : region) << Shift;

    /// <summary>The index of the region that an offset of the file lies in; it need not exist.</summary>
    public static uint RegionOf(ulong offset)
    {
        uint region = (uint)(offset >> Shift);
        return region == SecondPlaceOfBar0 ? 0 : region;
    }

    /// <summary>Bytes from the region's beginning.</summary>
    public static ulong Within(ulong offset) => offset & ((1ul << Shift) - 1);
}
