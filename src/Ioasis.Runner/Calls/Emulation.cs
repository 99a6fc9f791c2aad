using System.Collections.Concurrent;
using Ioasis.Runner.Explain;
using Ioasis.Runner.Failures;
using Ioasis.Runner.Files;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Notifications;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Calls;

/// <summary>All that one run of a program shares between the threads that serve it.</summary>
internal sealed class Emulation
{
    private int _ringsRefused, _foreignRefused;

    public required SyscallTable Table { get; init; }

    /// <summary>The lowest descriptor on which every call stops: those that emulated files are given, or all.</summary>
    public required uint FirstNumber { get; init; }

    public required Listener Listener { get; init; }

    public required PathTree Tree { get; init; }

    public required MaterialTree Material { get; init; }

    public required OpenFiles Files { get; init; }

    public required ProcessTable Processes { get; init; }

    public required RemoteMemories Memories { get; init; }

    /// <summary>The clients' eventfds; null where copies of them can be taken when they are needed.</summary>
    public required ClientEvents? Events { get; init; }

    public required FreeNumber Numbers { get; init; }

    public required Explainer Explainer { get; init; }

    public required TaskFailures Failures { get; init; }

    /// <summary>Capabilities that every client is treated as having, a bit each.</summary>
    public required ulong Granted { get; init; }

    public required Action<string> Complain { get; init; }

    /// <summary>True the first time that it is asked in a run: io_uring was refused, which programs try again and again.</summary>
    public bool IsFirstRing() => Interlocked.Exchange(ref _ringsRefused, 1) == 0;

    /// <summary>True the first time that it is asked in a run: a 32-bit program was refused a device.</summary>
    public bool IsFirstForeign() => Interlocked.Exchange(ref _foreignRefused, 1) == 0;

    /// <summary>Directories of the host that a client has open, with entries of ours among the host's.</summary>
    public ConcurrentDictionary<FileId, PathNode> SharedDirectories => LazyInitializer.EnsureInitialized(ref field, static () => new())!;

    /// <summary>
    /// A client has made a symbolic link to a path that may be ours: from now on a path is followed name by name, wherever it begins.
    /// </summary>
    public bool LinksLeadHere { get; set; }

    /// <summary>A client has made a device node with the numbers of one of ours: from now on what is opened is looked at.</summary>
    public bool HasNodesElsewhere { get; set; }

    /// <summary>Lets another thread receive, because this one is about to wait.</summary>
    public Action HandOver { get; set; } = () => { };
}
