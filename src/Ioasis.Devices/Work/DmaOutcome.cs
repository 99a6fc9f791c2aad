namespace Ioasis.Devices.Work;

/// <summary>How a device's DMA ended.</summary>
public enum DmaOutcome
{
    /// <summary>Every byte was moved.</summary>
    Done,

    /// <summary>The IOMMU, or the lack of bus mastering, stopped it; the fault is recorded.</summary>
    Aborted,

    /// <summary>The function was reset: nothing was moved after that, though a part may have been before.</summary>
    Cancelled,
}
