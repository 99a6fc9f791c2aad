using System.Runtime.InteropServices;
using Ioasis.Engine.Work;
using Ioasis.Runner.Filters;
using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Launch;

/// <summary>
/// Starts a program under a seccomp filter that asks this process. A filter holds for the thread that installs it and for what
/// that thread starts; so a thread of this process installs it, is thereby given the listener, spawns the program, and ends.
/// </summary>
/// <remarks>
/// With the filter on, the thread calls nothing but function pointers that it has called before: a first call would have the
/// runtime open files, which stops that thread inside the runtime's locks, which the serving thread may need. Hence the rehearsal: the
/// very same method runs once before, harmlessly.
/// </remarks>
internal sealed unsafe class FilteredSpawn
{
    private const int Pending = int.MinValue;

    private static readonly delegate* unmanaged<int, nuint, nuint, nuint, nuint, int> s_prctl =
        (delegate* unmanaged<int, nuint, nuint, nuint, nuint, int>)Export("prctl");

    private static readonly delegate* unmanaged<nint, nint, nint, void*, nint> s_syscall =
        (delegate* unmanaged<nint, nint, nint, void*, nint>)Export("syscall");

    private static readonly delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int> s_spawn =
        (delegate* unmanaged<int*, byte*, void*, void*, byte**, byte**, int>)Export("posix_spawnp");

    private static readonly Lock s_rehearsing = new();
    private static bool s_rehearsed; // under the lock

    // Written by the spawning thread, read by the starting one.
    private int _listener = Pending;
    private int _filterError;
    private int _spawnError;
    private int _process;

    /// <summary>Starts the program.</summary>
    /// <param name="options">What to start.</param>
    /// <param name="ignoredSignals">Signals that the program shall find ignored, bit n-1 for signal n; others are at their default.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="serve">
    /// Called with the listener before the program runs; it must begin to answer notifications and return. It owns the listener.
    /// </param>
    /// <returns>The program's process ID.</returns>
    /// <exception cref="LaunchException">The filter is not possible here, or the program cannot be executed.</exception>
    public static int Start(ProgramOptions options, ulong ignoredSignals, sock_filter[] filter, Action<Descriptor> serve)
    {
        Rehearse();
        using var arguments = new SpawnArguments(options, ignoredSignals);
        int seccomp = SyscallTable.Native.Seccomp;
        fixed (sock_filter* lines = filter)
        {
            // Copies for the threads, which cannot capture a fixed pointer.
            var program = new sock_fprog { len = (ushort)filter.Length, filter = lines };
            var programAddress = (nint)(&program);
            var real = new FilteredSpawn();
            const uint Flags = Linux.SECCOMP_FILTER_FLAG_NEW_LISTENER | Linux.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
            Thread thread = Begin(() => real.Spawn(
                Linux.PR_SET_NO_NEW_PRIVS, 1, seccomp, Linux.SECCOMP_SET_MODE_FILTER, (nint)Flags, (void*)programAddress, arguments));
            var wait = new SpinWait();
            while (Volatile.Read(ref real._listener) == Pending)
                wait.SpinOnce(sleep1Threshold: -1);
            if (real._listener >= 0)
                serve(new Descriptor(real._listener));
            thread.Join();
            if (real._listener < 0)
                throw new LaunchException("the seccomp filter cannot be installed (`ioasis doctor` says more)", real._filterError);
            if (real._spawnError != 0)
                throw new LaunchException(options.Program, real._spawnError);
            return real._process;
        }
    }

    /// <summary>Once a process, before the filter is on: <see cref="Start"/> does it, unless it has been done.</summary>
    public static void Rehearse()
    {
        const int PR_GET_NO_NEW_PRIVS = 39;
        lock (s_rehearsing)
        {
            if (s_rehearsed)
                return;
            using var arguments = new SpawnArguments(new ProgramOptions("/nonexistent/ioasis", []), ignoredSignals: 0);
            uint action = Linux.SECCOMP_RET_USER_NOTIF;
            new FilteredSpawn().Spawn(
                PR_GET_NO_NEW_PRIVS, 0, SyscallTable.Native.Seccomp, Linux.SECCOMP_GET_ACTION_AVAIL, 0, &action, arguments);
            s_rehearsed = true;
        }
    }

    /// <summary>What the thread does. From the second call on, only what the rehearsal has done before.</summary>
    private void Spawn(int option, nuint value, nint seccomp, nint operation, nint flags, void* argument, SpawnArguments arguments)
    {
        byte* path = arguments.Path;
        byte** list = arguments.Arguments;
        byte** environment = arguments.Environment;
        void* attributes = arguments.Attributes;
        void* actions = arguments.Actions;
        int process = 0;
        _ = s_prctl(option, value, 0, 0, 0);
        nint listener = s_syscall(seccomp, operation, flags, argument);
        _filterError = Marshal.GetLastSystemError();
        Volatile.Write(ref _listener, (int)listener);
        if (listener < 0)
            return;
        _spawnError = s_spawn(&process, path, actions, attributes, list, environment);
        _process = process;
    }

    private static Thread Begin(Action body)
    {
        return BackgroundThread.TryStart("ioasis spawn", body, 256 * 1024)
            ?? throw new LaunchException("no thread can be started: this user has as many as are allowed (ulimit -u)");
    }

    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name);
}
