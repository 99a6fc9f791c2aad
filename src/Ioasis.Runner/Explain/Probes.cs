using Ioasis.Abi;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Runner.Explain;

/// <summary>
/// Failures by which every program finds out what there is, and which it survives: no mistake of anybody's. The size of a list that was
/// offered no room; a feature, a region or an interrupt that not every device has; whether a descriptor is a terminal.
/// </summary>
internal static class Probes
{
    private const uint TCGETS = 0x5401, TIOCGWINSZ = 0x5413;

    public static bool Contains(uint command, in Reason why) => command switch
    {
        IOMMU_IOAS_IOVA_RANGES => why.Code == ReasonCode.TooManyRanges,
        VFIO_DEVICE_FEATURE => why.Code is ReasonCode.FeatureUnknown or ReasonCode.FeatureNeedsMigration,
        VFIO_DEVICE_GET_PCI_HOT_RESET_INFO => why.Code is ReasonCode.ResetListTooShort or ReasonCode.NoBusReset,
        VFIO_DEVICE_GET_REGION_INFO => why.Code == ReasonCode.NoSuchRegion && why.A <= (uint)vfio_pci_region_index.VFIO_PCI_VGA_REGION_INDEX,
        VFIO_DEVICE_GET_IRQ_INFO => why.Code == ReasonCode.NoSuchInterrupt && why.A <= (uint)vfio_pci_irq_index.VFIO_PCI_REQ_IRQ_INDEX,
        TCGETS or TIOCGWINSZ => true,
        _ => false,
    };
}
