using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on accesses: there is no ioctl for them, software of the machine makes them.</summary>
public sealed partial class IommuContext
{
    /// <summary>Makes an access and attaches it. It keeps the context alive until <see cref="CloseAccess"/>.</summary>
    /// <param name="space">The IOAS.</param>
    /// <param name="pinsPages">It may pin pages, not only read and write.</param>
    /// <param name="unmapping">As in <see cref="Access(IommuContext, bool, Action{Access, AddressRange})"/>.</param>
    /// <param name="made">The access.</param>
    /// <param name="why">The reason of a failure: ENOENT, EADDRINUSE.</param>
    public Errno CreateAccess(
        ObjectId space, bool pinsPages, Action<Access, AddressRange>? unmapping, out Access? made, ref Reason why)
    {
        made = null;
        lock (Gate)
        {
            if (!TryFind(space, Ioas.KindName, out Ioas target, ref why, out Errno errno))
                return errno;
            errno = FailurePoint.Allocate("access", ref why);
            if (errno.Failed)
                return errno;
            Access access = new(this, pinsPages, unmapping);
            errno = access.Enter(target, ref why);
            if (errno.Failed)
                return errno;
            Reserve(access);
            PublishLocked(access);
            access.Users++;
            _holders++;
            made = access;
            return Errno.Success;
        }
    }

    /// <summary>Whoever made the access is done with it. Call once.</summary>
    public void CloseAccess(Access access)
    {
        DmaEnding ending = new(this);
        lock (Gate)
        {
            access.Leave(ref ending);
            access.Users--;
            Remove(access);
        }

        ending.Finish();
        Release();
    }
}
