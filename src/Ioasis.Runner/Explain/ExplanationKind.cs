namespace Ioasis.Runner.Explain;

/// <summary>What an <see cref="Explanation"/> is about.</summary>
public enum ExplanationKind
{
    /// <summary>A client's call.</summary>
    Call,

    /// <summary>An aborted DMA.</summary>
    Dma,

    /// <summary>Something that a device did not do, and of which neither an errno nor an aborted DMA tells.</summary>
    Device,

    /// <summary>A path that the machine does not have, where it has others like it. Programs look for what may not be there.</summary>
    Path,

    /// <summary>A call that was answered well, of which there is something to know.</summary>
    Note,
}
