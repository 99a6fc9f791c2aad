namespace Ioasis.Engine.Faults;

/// <summary>What becomes of page requests.</summary>
public enum PageResponse
{
    /// <summary>Not answered yet.</summary>
    None,

    /// <summary>The pages are there: the device tries again.</summary>
    Success,

    /// <summary>They are not, and will not be: the device gives up this DMA.</summary>
    Invalid,
}
