namespace Ioasis.Engine.Dma;

/// <summary>
/// A step of taking a translation away that a test leaves out on purpose: it shows that the stress test finds such a race.
/// </summary>
internal enum Omission
{
    None,

    /// <summary>Nobody waits for the DMA that is under way.</summary>
    Barrier,

    /// <summary>IOTLB entries stay good after their areas are gone.</summary>
    Generation,
}
