using System.Runtime.InteropServices;

namespace Ioasis.Cli;

/// <summary>Ends this process as the program has ended: by the same signal, so that a shell or a CI sees the same.</summary>
internal static partial class Signal
{
    private const int ShellBase = 128;
    private const int PrSetDumpable = 4;

    /// <summary>Dies of a signal, without a core of our own; should that not work, the status that shells use for it.</summary>
    public static int DieOf(int signal)
    {
        _ = PrCtl(PrSetDumpable, 0, 0, 0, 0);
        _ = SetHandler(signal, 0);
        _ = Kill(Environment.ProcessId, signal);
        return ShellBase + signal;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
