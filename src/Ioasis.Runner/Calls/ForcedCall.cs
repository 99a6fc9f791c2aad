using System.Runtime.InteropServices;
using Ioasis.Runner.Launch;
using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Has a client's thread make a system call that it did not ask for, in place of one that it did: its chdir becomes an fchdir to a
/// descriptor that we have given it. The filter can change no arguments, so the thread is stopped on its way out of the refused call
/// (ptrace(2)), sent in again with other registers, and let go with the result. It sees one call.
/// </summary>
/// <remarks>
/// All requests for one thread come from one thread of ours, as ptrace demands. Signals of the client wait meanwhile; SIGKILL does not.
/// </remarks>
internal static unsafe class ForcedCall
{
    private const int PTRACE_DETACH = 17, PTRACE_SYSCALL = 24;
    private const int PTRACE_GETREGSET = 0x4204, PTRACE_SETREGSET = 0x4205, PTRACE_SEIZE = 0x4206, PTRACE_INTERRUPT = 0x4207;
    private const int PTRACE_GETSIGMASK = 0x420a, PTRACE_SETSIGMASK = 0x420b;
    private const int PTRACE_O_TRACESYSGOOD = 1;
    private const int NT_PRSTATUS = 1;
    private const int SyscallStop = 5 | 0x80; // SIGTRAP with TRACESYSGOOD's bit
    private const int EventStop = 128;        // PTRACE_EVENT_STOP, in the bits above the signal
    private const int MostStops = 16;
    private const int PatienceMilliseconds = 500;

    /// <summary>Answers a chdir by moving the client to a directory of our choice.</summary>
    /// <param name="emulation">The run.</param>
    /// <param name="call">The call.</param>
    /// <param name="directory">Where to; stays ours.</param>
    public static void ChangeDirectory(Emulation emulation, in seccomp_notif call, Descriptor directory)
    {
        int thread = call.pid;
        emulation.HandOver(); // somebody else receives, should the thread need an answer meanwhile
        using Lock.Scope waiting = Children.Waiting.EnterScope();
        if (ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD) != 0)
        {
            emulation.Complain($"chdir of thread {thread} into a directory of the machine is not possible: it cannot be traced "
                + $"({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}); fchdir is");
            emulation.Listener.Fail(in call, Linux.EACCES);
            return;
        }

        int number = emulation.Listener.InstallAnywhere(in call, directory);
        _ = ptrace(PTRACE_INTERRUPT, thread, 0, 0);
        emulation.Listener.Fail(in call, number < 0 ? Linux.EMFILE : Linux.EACCES);
        if (number < 0)
        {
            if (TryWait(thread, out _))
                _ = ptrace(PTRACE_DETACH, thread, 0, 0);
            return;
        }

        if (TryWait(thread, out int stop) && stop >> 8 == EventStop)
            Replace(emulation.Table, thread, number);
        _ = ptrace(PTRACE_DETACH, thread, 0, 0);
    }

    /// <summary>The thread has stopped after its call: it makes the others, and has their outcome.</summary>
    private static void Replace(SyscallTable table, int thread, int number)
    {
        const int Room = 512;
        byte* registers = stackalloc byte[Room], changed = stackalloc byte[Room];
        var got = new iovec { iov_base = registers, iov_len = Room };
        ulong mask, all = ulong.MaxValue;
        if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, (nint)(&got)) != 0 || ptrace(PTRACE_GETSIGMASK, thread, sizeof(ulong), (nint)(&mask)) != 0)
            return;
        nuint length = got.iov_len;
        _ = ptrace(PTRACE_SETSIGMASK, thread, sizeof(ulong), (nint)(&all));

        long result = Make(table, thread, registers, changed, length, table.NumberOf(Syscalls.Call.FChDir), number);
        _ = Make(table, thread, registers, changed, length, table.Close, number);

        *(long*)(registers + table.Registers.Result) = result;
        var set = new iovec { iov_base = registers, iov_len = length };
        _ = ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, (nint)(&set));
        _ = ptrace(PTRACE_SETSIGMASK, thread, sizeof(ulong), (nint)(&mask));
    }

    /// <returns>What the call gave; EACCES when it could not be made.</returns>
    private static long Make(SyscallTable table, int thread, byte* registers, byte* changed, nuint length, int call, int argument)
    {
        RegisterLayout layout = table.Registers;
        Buffer.MemoryCopy(registers, changed, (long)length, (long)length);
        *(long*)(changed + layout.Number) = call;
        *(long*)(changed + layout.Argument) = argument;
        *(ulong*)(changed + layout.Instruction) -= layout.InstructionLength;
        if (layout.Original >= 0)
            *(long*)(changed + layout.Original) = -1; // no call is to be made again
        var set = new iovec { iov_base = changed, iov_len = length };
        if (ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, (nint)(&set)) != 0 || !TryPassCall(thread))
            return -Linux.EACCES;
        var got = new iovec { iov_base = changed, iov_len = length };
        return ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, (nint)(&got)) == 0 ? *(long*)(changed + layout.Result) : -Linux.EACCES;
    }

    /// <summary>Lets the thread go into a call and out of it.</summary>
    private static bool TryPassCall(int thread)
    {
        int seen = 0;
        for (int i = 0; i < MostStops && seen < 2; i++)
        {
            if (ptrace(PTRACE_SYSCALL, thread, 0, 0) != 0 || !TryWait(thread, out int stop))
                return false;
            if (stop == SyscallStop)
                seen++;
        }

        return seen == 2;
    }

    /// <summary>
    /// Waits until the thread stops; what it says of its end is left to who waits for that. Not for ever: another thread of the client may
    /// have put a file in the descriptor's place that takes its time to be closed. It then has only its own thread left traced.
    /// </summary>
    private static bool TryWait(int thread, out int stop)
    {
        const int WSTOPPED = 2, CLD_TRAPPED = 4, CLD_STOPPED = 5;
        const int Options = WSTOPPED | Linux.WEXITED | Linux.WNOWAIT | Linux.WNOHANG | Linux.__WALL;
        long end = Environment.TickCount64 + PatienceMilliseconds;
        var pause = new SpinWait();
        siginfo info;
        stop = 0;
        while (true)
        {
            info = default;
            if (LibC.waitid(Linux.P_PID, thread, &info, Options) != 0 && Marshal.GetLastPInvokeError() != Linux.EINTR)
                return false;
            if (info.si_pid != 0)
                break;
            if (Environment.TickCount64 > end)
                return false;
            pause.SpinOnce();
        }

        stop = info.si_status;
        return info.si_code is CLD_TRAPPED or CLD_STOPPED;
    }

    private static nint ptrace(int request, int thread, nint address, nint data) =>
        LibC.syscall(SyscallTable.Native.PTrace, request, thread, address, data, 0);
}
