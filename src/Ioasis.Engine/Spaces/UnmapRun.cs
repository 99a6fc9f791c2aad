using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// An unmap that has to leave the lock before it is finished: so that others get it when there is much to unmap, and while DMA is waited
/// for. As on Linux, areas are gone one after the other, lowest first, and what is gone is gone whatever comes after.
/// </summary>
/// <param name="rest">What has not been looked at.</param>
internal sealed class UnmapRun(AddressRange rest)
{
    /// <summary>What has not been looked at.</summary>
    public AddressRange Rest { get; set; } = rest;

    /// <summary>Bytes that were unmapped.</summary>
    public ulong Unmapped { get; set; }

    /// <summary>What is to be waited for before it goes on.</summary>
    public Departure? Leaving { get; set; }

    /// <summary>What the call gives when nothing is left to wait for.</summary>
    public Errno Outcome { get; set; }

    /// <summary>Nothing more is removed.</summary>
    public bool HasRemovedAll { get; set; }

    /// <summary>Another part follows, after <see cref="Pause"/>.</summary>
    public bool IsUnfinished => !HasRemovedAll || Leaving is not null;

    /// <summary>Another call is unmapping what comes next.</summary>
    public bool MeetsAnother => HasRemovedAll && Leaving is null && Outcome.Code == ErrnoCode.EBUSY;

    /// <summary>Between two parts, without the lock: waits for DMA, or lets who waits for the lock have it.</summary>
    public void Pause()
    {
        if (Leaving is { } departure)
            departure.Wait.Wait();
        else
            LockTime.LetOthers();
    }
}
