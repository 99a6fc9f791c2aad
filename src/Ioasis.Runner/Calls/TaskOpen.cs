using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Failures;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>Answers open(2) of files of clients in /proc: the failure countdown, and the status with what we have pinned.</summary>
internal sealed unsafe class TaskOpen(Emulation emulation, DescriptorInstaller installer)
{
    /// <summary>Permission bits of fail-nth.</summary>
    private const uint Mode = 0x1a4; // 0644

    private const int PinPatienceMilliseconds = 2000;

    public void Answer(in seccomp_notif call, TaskFile file, int owner, int flags)
    {
        if ((flags & (Linux.O_PATH | emulation.Table.O_DIRECTORY)) != 0)
            emulation.Listener.Continue(in call);
        else if (file == TaskFile.FailNth)
            OpenFailNth(in call, owner, flags);
        else
            OpenStatus(in call, owner, flags);
    }

    /// <summary>What stat(2) and access(2) of a thread's fail-nth are answered by: a file of the same owner and permissions.</summary>
    public static ProcPath LikeFailNth(int owner) => ProcPath.Of(owner, "comm"u8);

    private void OpenFailNth(in seccomp_notif call, int owner, int flags)
    {
        int error = OpenError(call.pid, owner, flags, out TaskId task);
        if (error != 0)
        {
            emulation.Listener.Fail(in call, error);
            return;
        }

        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{owner}/fail-nth");
        emulation.Files.ReleaseClosed();
        Reason why = default;
        using Descriptor? descriptor = emulation.Files.Add(
            call.pid, new FailNthFile(emulation.Failures, task, path), PathNode.Nameless(path, Linux.S_IFREG | Mode), flags, out _, ref why);
        if (descriptor is null)
            emulation.Listener.Fail(in call, Linux.ENFILE);
        else
            installer.InstallInRange(in call, descriptor, 0, (flags & Linux.O_CLOEXEC) != 0);
    }

    /// <summary>Of clients only; others' countdowns are set by nobody but themselves and root.</summary>
    private static int OpenError(int caller, int owner, int flags, out TaskId task)
    {
        if (!TaskId.TryFind(owner, out task) || !ProcessStatus.TryRead(owner, out ProcessStatus its) || !ProcessStatus.TryRead(caller, out ProcessStatus own))
            return Linux.ENOENT;
        if (its.Process != own.Process && !Descendants.HasThisProcess(its))
            return Linux.ENOENT;
        bool writes = (flags & Linux.O_ACCMODE) != Linux.O_RDONLY;
        return writes && own.User != its.User && own.User != 0 ? Linux.EACCES : 0;
    }

    /// <summary>
    /// Where we have pinned nothing, the kernel's own will do. Else the client gets a text that is as the status is now: reading it again
    /// from its beginning shows the same.
    /// </summary>
    private void OpenStatus(in seccomp_notif call, int owner, int flags)
    {
        _ = emulation.Files.SettleAll(PinPatienceMilliseconds); // what a closed file had pinned is pinned no more
        if ((flags & Linux.O_ACCMODE) != Linux.O_RDONLY || emulation.Processes.FindKnown(owner)?.Owner is not { } pays
            || (pays.Pinned.Pages | pays.Process.Pages) == 0)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{owner}/status");
        using Descriptor text = LibC.memfd_create(path, Linux.MFD_CLOEXEC);
        if (text.IsInvalid || !TryWrite(text, path, pays))
            emulation.Listener.Continue(in call);
        else
            InstallText(in call, text, flags);
    }

    private void InstallText(in seccomp_notif call, Descriptor text, int flags)
    {
        using Descriptor? reading = StandInFile.Reopen(text, Linux.O_RDONLY);
        if (reading is null)
            emulation.Listener.Fail(in call, Linux.ENFILE);
        else
            installer.InstallAnywhere(in call, reading, (flags & Linux.O_CLOEXEC) != 0);
    }

    private static bool TryWrite(Descriptor into, string path, PinOwner pays)
    {
        string text;
        try
        {
            text = File.ReadAllText(path, Encoding.Latin1);
        }
        catch (IOException)
        {
            return false; // it has ended
        }

        byte[] bytes = Encoding.Latin1.GetBytes(WithOurs(WithOurs(text, "VmLck:", pays.Process.Pages), "VmPin:", pays.Pinned.Pages));
        fixed (byte* from = bytes)
            return LibC.write(into, from, (nuint)bytes.Length) == bytes.Length;
    }

    /// <summary>Adds pages to a line such as "VmPin:	       4 kB".</summary>
    private static string WithOurs(string text, string name, ulong pages)
    {
        int start = text.IndexOf("\n" + name, StringComparison.Ordinal) + 1;
        int end = start == 0 ? -1 : text.IndexOf(" kB", start, StringComparison.Ordinal);
        if (end < 0)
            return text;
        ulong kernels = ulong.Parse(text.AsSpan(start + name.Length, end - start - name.Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
        ulong all = kernels + (pages * (ulong)(Environment.SystemPageSize / 1024));
        return text[..start] + name + "\t" + all.ToString(CultureInfo.InvariantCulture).PadLeft(8) + text[end..];
    }
}
