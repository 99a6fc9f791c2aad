using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers eventfd and eventfd2, in runs where no copy of a client's descriptor can be taken: the eventfd is made here, and a copy is kept
/// for the day when it becomes an interrupt. Everything that could not be kept is the kernel's own, as if nobody had asked.
/// </summary>
internal sealed class EventCalls(Emulation emulation)
{
    public void Serve(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        int flags = emulation.Table.CallOf(call.data.nr) == Call.EventFd2 ? (int)arguments[1] : 0;
        if (emulation.Events is not { } events)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        if (events.IsSearchDue)
        {
            emulation.HandOver();
            events.Search();
        }

        Descriptor made = LibC.eventfd((uint)arguments[0], flags | Linux.EFD_CLOEXEC);
        if (made.IsInvalid || !events.TryKeep(made, out int id))
        {
            made.Dispose();
            emulation.Listener.Continue(in call);
            return;
        }

        int error = emulation.Listener.ReturnCopy(in call, made, (flags & Linux.EFD_CLOEXEC) != 0);
        events.Given(id);
        if (error != 0)
            emulation.Listener.Fail(in call, error);
    }
}
