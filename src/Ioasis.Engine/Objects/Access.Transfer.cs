using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>
/// Reads and writes, of any alignment, across areas that adjoin. A copy is made in bounded parts outside of the lock; an unmap waits
/// for the part that is under way, outside of the lock too.
/// </summary>
public sealed partial class Access
{
    /// <summary>Most bytes of one part: how long an unmap may have to wait.</summary>
    private const int LongestPart = 512 << 10;

    private CopyCount _copies = new(); // those that began last
    private List<CopyCount>? _earlier; // those that an unmap waits for

    /// <summary>The copies that are under way, for an unmap to wait for: those that begin later are none of its. The lock is held.</summary>
    /// <returns>Null when there are none.</returns>
    internal CopyCount? TakeCopies()
    {
        if (_copies.IsIdle)
            return null;
        CopyCount taken = _copies;
        (_earlier ??= []).RemoveAll(static one => one.IsIdle);
        _earlier.Add(taken);
        _copies = new CopyCount();
        return taken;
    }

    /// <summary>It leaves its IOAS: all copies are waited for, also those that others wait for.</summary>
    private void PassCopies(ref DmaEnding ending)
    {
        TakeCopies();
        foreach (CopyCount copies in _earlier ?? [])
            ending.Pass(copies);
    }

    /// <summary>Copies from the memory behind a range of IOVAs.</summary>
    /// <returns>
    /// EINVAL: no length; EOVERFLOW: the range wraps; ENOENT: not attached, or not mapped throughout; EPERM: not readable; EFAULT: the
    /// memory is gone; EINVAL: the file is shorter, or it is memory of a device. What comes before the fault has been copied.
    /// </returns>
    public Errno Read(Iova iova, Span<byte> into, ref Reason why)
    {
        Errno errno = CheckRange(iova, (ulong)into.Length, ref why);
        for (int at = 0; at < into.Length && errno.Succeeded;)
        {
            errno = Begin(iova.Value + (ulong)at, into.Length - at, AreaAccess.Read, out Part part, ref why);
            if (errno.Failed)
                return errno;
            int done = Context.Backings[part.Backing].Read(part.Address, into.Slice(at, part.Length));
            part.Copies.End();
            errno = Check(in part, done, ref why);
            at += done;
        }

        return errno;
    }

    /// <summary>Copies to the memory behind a range of IOVAs.</summary>
    /// <returns>As <see cref="Read"/>; EPERM: not writable.</returns>
    public Errno Write(Iova iova, ReadOnlySpan<byte> from, ref Reason why)
    {
        Errno errno = CheckRange(iova, (ulong)from.Length, ref why);
        for (int at = 0; at < from.Length && errno.Succeeded;)
        {
            errno = Begin(iova.Value + (ulong)at, from.Length - at, AreaAccess.Write, out Part part, ref why);
            if (errno.Failed)
                return errno;
            int done = Context.Backings[part.Backing].Write(part.Address, from.Slice(at, part.Length));
            part.Copies.End();
            errno = Check(in part, done, ref why);
            at += done;
        }

        return errno;
    }

    private readonly record struct Part(CopyCount Copies, BackingId Backing, bool IsFile, ulong Iova, ulong Address, int Length);

    /// <summary>Finds the next part. On success the end of its <see cref="CopyCount"/> must follow: until then nothing of it is let go.</summary>
    private Errno Begin(ulong iova, int most, AreaAccess access, out Part part, ref Reason why)
    {
        part = default;
        lock (Context.Gate)
        {
            if (_space is not { } space)
                return why.Because(ReasonCode.AccessNotAttached, Id.Value);
            if (!space.TryTranslate(iova, out ulong first, out ulong last, out Area area))
                return why.Because(ReasonCode.AccessNotMapped, iova, iova + (ulong)(most - 1), iova);
            if ((area.Access & access) == 0)
                return why.Because(ReasonCode.AccessNotPermitted, iova);
            ref Backing backing = ref Context.Backings[area.Backing];
            if (backing.IsDeviceMemory)
                return why.Because(ReasonCode.AccessToDeviceMemory, iova);
            Errno errno = FailurePoint.Step("copy through an access", ref why);
            if (errno.Failed)
                return errno;
            ulong length = Math.Min((ulong)Math.Min(most, LongestPart), last - iova + 1);
            part = new Part(_copies, area.Backing, backing.IsFile, iova, area.Address + (iova - first), (int)length);
            _copies.Begin();
            return Errno.Success;
        }
    }

    private static Errno Check(in Part part, int done, ref Reason why)
    {
        if (done == part.Length)
            return Errno.Success;
        ReasonCode code = part.IsFile ? ReasonCode.AccessPastFile : ReasonCode.AccessMemoryLost;
        return why.Because(code, part.Iova + (ulong)done, part.Address + (ulong)done);
    }
}
