using System.Runtime.InteropServices;

namespace Ioasis.Cli.Output;

/// <summary>
/// Whether a standard stream is what we were given at our start. One that was closed then has a number that the runtime soon uses for
/// something of its own, which nobody may write to.
/// </summary>
internal static partial class StandardStream
{
    public const int Output = 1, Error = 2;

    private const int GetFlags = 1, CloseOnExec = 1;

    /// <summary>
    /// What was inherited is not closed by execve, or it would not be here; what the runtime opens is, all of it.
    /// </summary>
    public static bool IsOpen(int descriptor) => Control(descriptor, GetFlags, 0) is >= 0 and var flags && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);
}
