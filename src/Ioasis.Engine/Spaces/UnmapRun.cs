using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// An unmap that may have to leave the lock: so that others get it when there is much to unmap, and while DMA is waited for. As on Linux,
/// areas are gone one after the other, lowest first, and what is gone is gone whatever comes after.
/// </summary>
internal struct UnmapRun(AddressRange range)
{
    private LockTime _time;

    /// <summary>What has not been looked at.</summary>
    public AddressRange Rest = range;

    /// <summary>Bytes that were unmapped.</summary>
    public ulong Unmapped;

    /// <summary>What is to be waited for before it goes on.</summary>
    public Departure? Leaving;

    /// <summary>What the call gives when nothing is left to wait for.</summary>
    public Errno Outcome;

    /// <summary>Nothing more is removed.</summary>
    public bool HasRemovedAll;

    /// <summary>Another part follows, after <see cref="Pause"/>.</summary>
    public readonly bool IsUnfinished => !HasRemovedAll || Leaving is not null;

    /// <summary>Another call is unmapping what comes next.</summary>
    public readonly bool MeetsAnother => HasRemovedAll && Leaving is null && Outcome.Code == ErrnoCode.EBUSY;

    /// <summary>A part begins, with the lock held.</summary>
    public void Begin()
    {
        _time = default;
        HasRemovedAll = false;
        Outcome = Errno.Success;
    }

    /// <summary>Others want the lock by now.</summary>
    public bool IsLong => _time.IsUp;

    /// <summary>Between two parts, without the lock: waits for DMA, or lets who waits for the lock have it.</summary>
    public readonly void Pause()
    {
        if (Leaving is { } departure)
            departure.Wait.Wait();
        else
            LockTime.LetOthers();
    }
}
