using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Calls;

/// <summary>Answers a call with a new descriptor in the client.</summary>
internal sealed class DescriptorInstaller(Emulation emulation)
{
    /// <summary>At a number of the emulated range, or where the client's limit ends below it: at the lowest free number.</summary>
    /// <param name="call">The call to answer.</param>
    /// <param name="file">What to install; closed when it was installed.</param>
    /// <param name="least">The lowest number that will do.</param>
    /// <param name="closeOnExec">Sets FD_CLOEXEC.</param>
    /// <param name="open">The file that was opened, when it was.</param>
    /// <returns>False when the client gets an error, or was killed.</returns>
    public bool InstallInRange(in seccomp_notif call, Descriptor file, int least, bool closeOnExec, OpenFile? open = null)
    {
        int number = emulation.Numbers.Choose(call.pid, least, emulation.Files.Quota.ProcessOf(call.pid));
        if (open is not null)
            open.Number = number;
        int error = emulation.Listener.ReturnDescriptor(in call, file, number, closeOnExec);
        emulation.Numbers.GiveBack(number);
        return Answered(in call, error);
    }

    /// <summary>At the lowest free number, as open(2) does; as the other.</summary>
    public bool InstallAnywhere(in seccomp_notif call, Descriptor file, bool closeOnExec) =>
        Answered(in call, emulation.Listener.ReturnDescriptor(in call, file, number: -1, closeOnExec));

    private bool Answered(in seccomp_notif call, int error)
    {
        if (error == 0)
            return true;
        // Killed meanwhile: nobody is there to be told, and telling nobody does no harm.
        emulation.Listener.Fail(in call, error);
        return false;
    }
}
