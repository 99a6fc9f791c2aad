using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>Pins: pages that stay where they are, and charged, until they are unpinned.</summary>
public sealed partial class Access
{
    private readonly List<Pinned> _pins = [];
    private uint _nextPin;

    private readonly record struct Pinned(uint Number, AddressRange Range);

    /// <summary>
    /// Pins the whole pages behind a range of IOVAs, which may span areas that adjoin. What no table and no access had pinned before
    /// is charged like an attached area. On failure nothing is pinned.
    /// </summary>
    /// <param name="iova">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="write">The user will write to the pages.</param>
    /// <param name="pin">The number by which it is unpinned.</param>
    /// <param name="pages">The memory that was pinned is appended here, in ascending order of IOVA; null when nobody wants to know.</param>
    /// <param name="why">
    /// The reason of a failure. EINVAL: no length, made without pins, or a page that is not whole; EOVERFLOW: the range wraps; ENOENT:
    /// not attached, or not mapped throughout; EPERM: no such permission; EFAULT, ENOMEM: as attaching a device.
    /// </param>
    public Errno Pin(Iova iova, ulong length, bool write, out uint pin, List<MemoryRun>? pages, ref Reason why)
    {
        pin = 0;
        Errno errno = CheckPin(iova, length, ref why);
        if (errno.Failed)
            return errno;
        AddressRange range = new(iova.Value, iova.Value + (length - 1));
        List<MemoryPart>? parts = pages is null ? null : [];
        PinAttempt attempt = new();
        do
        {
            lock (Context.Gate)
            {
                attempt.Enter(Context.Backings);
                errno = PinLocked(range, write, out pin, parts, ref why);
                attempt.Leave(Context.Backings);
            }
        }
        while (attempt.IsToBeRepeated());
        if (errno.Succeeded)
            MemoryPart.Identify(parts, pages);
        return errno;
    }

    /// <summary>Pins a range that does not wrap; the lock is held, within a <see cref="PinAttempt"/>.</summary>
    internal Errno PinLocked(AddressRange range, bool write, out uint pin, List<MemoryPart>? parts, ref Reason why)
    {
        pin = 0;
        if (_space is not { } space)
            return why.Because(ReasonCode.AccessNotAttached, Id.Value);
        parts?.Clear();
        Errno errno = space.PinRange(range, write ? AreaAccess.Write : AreaAccess.Read, parts, ref why);
        if (errno.Failed)
            return errno;
        pin = _nextPin++;
        _pins.Add(new Pinned(pin, range));
        return Errno.Success;
    }

    /// <summary>Undoes one <see cref="Pin"/>.</summary>
    /// <returns>ENOENT: there is no such pin, perhaps because its memory was unmapped meanwhile.</returns>
    public Errno Unpin(uint pin, ref Reason why)
    {
        lock (Context.Gate)
        {
            int index = _pins.FindIndex(one => one.Number == pin);
            if (index < 0)
                return why.Because(ReasonCode.AccessPinUnknown, pin, Id.Value);
            UnpinAt(index);
            return Errno.Success;
        }
    }

    /// <summary>Undoes the latest <see cref="Pin"/> as if it had not been made: the next one gets its number.</summary>
    public void TakeBack(uint pin)
    {
        lock (Context.Gate)
        {
            int index = _pins.FindIndex(one => one.Number == pin);
            if (index >= 0)
                UnpinAt(index);
            if (pin + 1 == _nextPin)
                _nextPin = pin;
        }
    }

    /// <summary>Undoes every pin that has a byte of the range: what the user is asked for before an unmap.</summary>
    public void UnpinMeeting(AddressRange range)
    {
        lock (Context.Gate)
        {
            for (int index = _pins.Count - 1; index >= 0; index--)
            {
                if (_pins[index].Range.Meets(range))
                    UnpinAt(index);
            }
        }
    }

    private bool HasPinsIn(AddressRange range)
    {
        foreach (Pinned pinned in _pins)
        {
            if (pinned.Range.Meets(range))
                return true;
        }

        return false;
    }

    private void UnpinAt(int index)
    {
        AddressRange range = _pins[index].Range;
        _pins.RemoveAt(index);
        _space!.UnpinRange(range);
    }

    /// <summary>Checks what does not depend on the IOAS.</summary>
    internal Errno CheckPin(Iova iova, ulong length, ref Reason why)
    {
        Errno errno = CheckRange(iova, length, ref why);
        return errno.Succeeded && !PinsPages ? why.Because(ReasonCode.AccessDoesNotPin, Id.Value) : errno;
    }

    private static Errno CheckRange(Iova iova, ulong length, ref Reason why)
    {
        if (length == 0)
            return why.Because(ReasonCode.LengthZero);
        return iova.Value + (length - 1) < iova.Value ? why.Because(ReasonCode.RangeWraps, iova.Value, length) : Errno.Success;
    }
}
