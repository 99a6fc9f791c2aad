using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Notifications;

/// <summary>
/// The kernel's end of the filter: notifications come out, answers go in (seccomp_unotify(2)). Thread-safe, but only one thread at
/// a time should be in <see cref="TryReceive"/>: the kernel wakes every waiter for each notification.
/// </summary>
internal sealed unsafe class Listener : IDisposable
{
    private readonly Descriptor _fd;

    public Listener(Descriptor fd)
    {
        _fd = fd;
        // The client runs on this processor as soon as it is answered: up to a quarter faster. Linux 6.6; without it nothing is lost.
        _ = LibC.ioctl(fd, Linux.SECCOMP_IOCTL_NOTIF_SET_FLAGS, (nuint)Linux.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
    }

    public Descriptor Descriptor => _fd;

    /// <summary>No process with the filter is left.</summary>
    public bool HungUp
    {
        get
        {
            var poll = new pollfd { fd = _fd.Number };
            return LibC.poll(&poll, 1, 0) > 0 && (poll.revents & Linux.POLLHUP) != 0;
        }
    }

    /// <summary>Waits for the next notification.</summary>
    /// <returns>False when none can come any more.</returns>
    public bool TryReceive(out seccomp_notif notification)
    {
        while (true)
        {
            notification = default;
            fixed (seccomp_notif* into = &notification)
            {
                if (Retry(Linux.SECCOMP_IOCTL_NOTIF_RECV, into) == 0)
                    return true;
            }

            // ENOENT: the client was killed before we came, or there is none any more. Anything else that may pass is waited for.
            int error = Marshal.GetLastPInvokeError();
            if (error == Linux.EBADF || HungUp)
                return false;
            if (error != Linux.ENOENT)
                Thread.Sleep(1);
        }
    }

    /// <summary>Lets the call happen as if nobody had asked.</summary>
    public void Continue(in seccomp_notif call) => Send(new seccomp_notif_resp { id = call.id, flags = Linux.SECCOMP_USER_NOTIF_FLAG_CONTINUE });

    /// <summary>The call returns this value.</summary>
    public void Return(in seccomp_notif call, long value) => Send(new seccomp_notif_resp { id = call.id, val = value });

    /// <summary>The call fails with this error number (positive).</summary>
    public void Fail(in seccomp_notif call, int error) => Send(new seccomp_notif_resp { id = call.id, error = -error });

    /// <summary>The client has not been killed since, so its thread still waits for this answer.</summary>
    public bool IsValid(in seccomp_notif call)
    {
        ulong id = call.id;
        return Retry(Linux.SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
    }

    /// <summary>Installs a descriptor in the client, and has its call return the number.</summary>
    /// <remarks>
    /// In this order: installed, closed here, answered. A client that closes what it got has closed the last one then, whatever this thread
    /// does meanwhile: the news of it is there before the client's next call.
    /// </remarks>
    /// <param name="call">The call to answer.</param>
    /// <param name="file">What to install; closed when it was installed.</param>
    /// <param name="number">The number, which must be free, or -1 for the lowest free one.</param>
    /// <param name="closeOnExec">Sets FD_CLOEXEC.</param>
    /// <returns>0, or the error number: the call is not answered then. ENOENT or ESRCH when the client was killed.</returns>
    public int ReturnDescriptor(in seccomp_notif call, Descriptor file, int number, bool closeOnExec)
    {
        var install = new seccomp_notif_addfd
        {
            id = call.id,
            flags = number >= 0 ? Linux.SECCOMP_ADDFD_FLAG_SETFD : 0,
            srcfd = file.Number,
            newfd = Math.Max(number, 0),
            newfd_flags = closeOnExec ? (uint)Linux.O_CLOEXEC : 0,
        };
        int installed = Retry(Linux.SECCOMP_IOCTL_NOTIF_ADDFD, &install);
        if (installed < 0)
            return Marshal.GetLastPInvokeError();
        file.Dispose();
        Return(in call, installed);
        return 0;
    }

    /// <summary>Installs a copy of a descriptor of ours in the client, at the lowest free number, and has its call return the number.</summary>
    /// <returns>As <see cref="ReturnDescriptor"/>; the descriptor stays ours in any case.</returns>
    public int ReturnCopy(in seccomp_notif call, Descriptor file, bool closeOnExec)
    {
        var install = new seccomp_notif_addfd { id = call.id, srcfd = file.Number, newfd_flags = closeOnExec ? (uint)Linux.O_CLOEXEC : 0 };
        int installed = Retry(Linux.SECCOMP_IOCTL_NOTIF_ADDFD, &install);
        if (installed < 0)
            return Marshal.GetLastPInvokeError();
        Return(in call, installed);
        return 0;
    }

    /// <summary>Installs a descriptor at the lowest free number in a client whose call is answered later.</summary>
    /// <param name="call">The call.</param>
    /// <param name="file">What to install, close-on-exec; stays ours.</param>
    /// <returns>The number; negative when the client has none left, or was killed.</returns>
    public int InstallAnywhere(in seccomp_notif call, Descriptor file)
    {
        var install = new seccomp_notif_addfd { id = call.id, srcfd = file.Number, newfd_flags = Linux.O_CLOEXEC };
        return Retry(Linux.SECCOMP_IOCTL_NOTIF_ADDFD, &install);
    }

    /// <summary>Installs a descriptor in a client whose call is answered later.</summary>
    /// <param name="call">The call's number.</param>
    /// <param name="file">What to install, close-on-exec; stays ours.</param>
    /// <param name="number">The number. What the client has put there meanwhile is closed, as by dup2(2).</param>
    /// <returns>Whether the client has it: it may have been killed, or have lowered its limit.</returns>
    public bool Install(ulong call, Descriptor file, int number)
    {
        var install = new seccomp_notif_addfd
        {
            id = call,
            flags = Linux.SECCOMP_ADDFD_FLAG_SETFD,
            srcfd = file.Number,
            newfd = number,
            newfd_flags = Linux.O_CLOEXEC,
        };
        return Retry(Linux.SECCOMP_IOCTL_NOTIF_ADDFD, &install) >= 0;
    }

    public void Dispose() => _fd.Dispose();

    /// <summary>A failure means that the client was killed while it waited: there is nobody to tell.</summary>
    private void Send(seccomp_notif_resp answer) => _ = Retry(Linux.SECCOMP_IOCTL_NOTIF_SEND, &answer);

    private int Retry(uint request, void* argument)
    {
        while (true)
        {
            int result;
            try
            {
                result = LibC.ioctl(_fd, request, argument);
            }
            catch (ObjectDisposedException)
            {
                Marshal.SetLastPInvokeError(Linux.EBADF); // the run has ended without this answer
                return -1;
            }

            if (result >= 0 || Marshal.GetLastPInvokeError() != Linux.EINTR)
                return result;
        }
    }
}
