using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Refuses io_uring, as where the administrator has turned it off (sysctl kernel.io_uring_disabled): what is done by a ring passes every
/// filter, and the stand-in behind an emulated file would answer it.
/// </summary>
internal sealed class RingCalls(Emulation emulation)
{
    public void Refuse(in seccomp_notif call)
    {
        Reason why = default;
        Errno errno = why.Because(ReasonCode.RingRefused);
        if (emulation.IsFirstRing())
            emulation.Explainer.CallEnded(call.pid, "io_uring_setup", errno, in why);
        emulation.Listener.Fail(in call, (int)errno.Code);
    }
}
