namespace Ioasis.Client;

/// <summary>Who is charged for memory that is pinned for DMA, against RLIMIT_MEMLOCK.</summary>
public enum PinAccounting
{
    /// <summary>The user: all of a user's processes share one count. The default.</summary>
    User = 0,

    /// <summary>The process alone, as the older VFIO type 1 interface does it.</summary>
    Process = 1,
}
