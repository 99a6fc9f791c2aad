using Ioasis.Dispatch.Files;
using Ioasis.Engine.Failures;
using Ioasis.Runner.Explain;

namespace Ioasis.Runner;

/// <summary>What to run, and how.</summary>
/// <param name="Program">A path, or a name to be looked up in PATH.</param>
/// <param name="Arguments">The arguments, without the program's own name.</param>
public sealed record ProgramOptions(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>The program's environment, as NAME=VALUE; null for that of this process.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Called for each failed call on an emulated file. On any thread; must be quick.</summary>
    public Action<Explanation>? Explain { get; init; }

    /// <summary>Called for each open of and each ioctl on an emulated file, failed or not. On any thread; must be quick.</summary>
    public Action<Explanation>? Trace { get; init; }

    /// <summary>Called with a line for the user when the runner itself has a problem. On any thread.</summary>
    public Action<string>? Complain { get; init; }

    /// <summary>
    /// Counts the failure points that calls on emulated files pass, whoever makes them, and has one fail; null for none. A thread that has
    /// a countdown of its own (/proc/self/fail-nth) goes by that.
    /// </summary>
    public FailureCountdown? FailNth { get; init; }

    /// <summary>Capabilities that clients are treated as having in calls on emulated files, besides those that they have; null for none.</summary>
    public IReadOnlyCollection<Capability>? Granted { get; init; }

    /// <summary>
    /// Bytes that this process may need for the objects and mappings of each user's clients; more is ENOMEM. Null for
    /// <see cref="DefaultEngineMemory"/>.
    /// </summary>
    public long? EngineMemory { get; init; }

    /// <summary>Half of the memory that this process may have, the machine's or its control group's.</summary>
    public static long DefaultEngineMemory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var all ? all / 2 : 1L << 30;

    /// <summary>
    /// Lets the program use io_uring, which is refused otherwise (EPERM). What it does by a ring with paths and descriptors of ours is not seen:
    /// they are what the host has there, and files in memory.
    /// </summary>
    public bool AllowIoUring { get; init; }

    /// <summary>
    /// Has calls by descriptor stop at every number, and not only at those that emulated files are given: so read, fstat and lseek are right
    /// wherever the program moves a descriptor (dup2) or receives it (SCM_RIGHTS). Each such call, of any file, takes microseconds then.
    /// </summary>
    public bool AnyDescriptor { get; init; }

    /// <summary>
    /// Whether the RLIMIT_MEMLOCK that the program begins with counts for what it pins. It is this machine's, not that of the one that the
    /// program sees: one that the program, or a program of its, sets itself counts always.
    /// </summary>
    public bool CountHostMemlock { get; init; }

    /// <summary>Descriptors of this process to be the program's standard input, output and error; -1 for this process's own.</summary>
    public int StandardInput { get; init; } = -1;

    /// <inheritdoc cref="StandardInput"/>
    public int StandardOutput { get; init; } = -1;

    /// <inheritdoc cref="StandardInput"/>
    public int StandardError { get; init; } = -1;

    /// <summary>
    /// While the program runs, this process leaves SIGINT and SIGQUIT to it and passes SIGTERM and SIGHUP on. False for a process that does
    /// other things besides.
    /// </summary>
    public bool HandleSignals { get; init; } = true;
}
