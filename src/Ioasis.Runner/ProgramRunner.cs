using Ioasis.Engine.Work;
using Ioasis.Dispatch.Files;
using Ioasis.Runner.Calls;
using Ioasis.Runner.Explain;
using Ioasis.Runner.Failures;
using Ioasis.Runner.Files;
using Ioasis.Runner.Filters;
using Ioasis.Runner.Launch;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Notifications;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner;

/// <summary>
/// An unmodified program that finds the files of a machine description beside those of the host: <c>/dev/iommu</c>, the VFIO devices, their
/// sysfs. It and everything that it starts are served until the last of them has ended.
/// </summary>
/// <remarks>Thread-safe. docs/runner.md tells how it works and what is different from a kernel.</remarks>
public sealed class ProgramRunner : IDisposable
{
    private const int PatienceMilliseconds = 5000;

    private readonly Action<string> _complain;
    private readonly MaterialTree _material;
    private readonly OpenFiles _files;
    private readonly RemoteMemories _memories;
    private readonly ProcessTable _processes;
    private readonly Keeper _keeper;
    private readonly Signals? _signals;
    private readonly ClientEvents? _events = Reach.CopiesDescriptors ? null : new ClientEvents(ClientEvents.Quota);
    private Listener? _listener;
    private ServiceThreads? _threads;

    /// <summary>Starts a program.</summary>
    /// <param name="devices">
    /// The devices that it finds, among the files of their machine, beside those of the host. Called when a client first names a path that
    /// may be one of them, which many programs never do; the machine stays the caller's.
    /// </param>
    /// <param name="options">What to start, and how.</param>
    /// <exception cref="LaunchException">The program cannot be executed, or the kernel lacks what is needed.</exception>
    public ProgramRunner(Func<DeviceNodes> devices, ProgramOptions options)
        : this(MachinePaths.Of(devices), options)
    {
    }

    /// <summary>
    /// Does what the first start in this process needs once, on a thread of its own. Nobody need call it; it saves some milliseconds where
    /// there is something else to do before a program can be started, as reading a command line.
    /// </summary>
    public static void Prepare() => BackgroundThread.TryStart("ioasis prepare", static () =>
    {
        FilteredSpawn.Rehearse();
        _ = CallFilter.Build(SyscallTable.Native, 0);
        _ = Launch.Signals.Ignored;
    });

    internal ProgramRunner(PathTree tree, ProgramOptions options)
    {
        Action<string> complain = _complain = Quietly(options.Complain ?? (static line => StandardError.WriteLine("ioasis: " + line)));
        BackgroundThread.Complain = complain;
        ulong ignored = Launch.Signals.Ignored;
        if (options.HandleSignals)
            Launch.Signals.Survive(ignored); // children of other code would inherit it, so in a process of our own only
        SyscallTable table = SyscallTable.Native;
        _material = new MaterialTree(tree, complain);
        var quota = new DescriptorQuota(ProcessLimit.TryGet(Environment.ProcessId, Linux.RLIMIT_NOFILE, out ulong limit) ? limit : 0);
        _files = new OpenFiles(quota, complain);
        _memories = new RemoteMemories(_files.Contains);
        _keeper = new Keeper(_files, _memories, options.HandleSignals, complain);
        _processes = new ProcessTable(_files, _memories, _keeper.Watch)
        {
            EngineMemoryLimit = options.EngineMemory ?? ProgramOptions.DefaultEngineMemory,
            Memlock = new MemlockRule(options.CountHostMemlock),
        };
        _memories.SearchProcesses = _processes.SearchProcesses;
        _files.IsMappedAt = (file, offset) => _memories.IsMapped(file, offset);
        _keeper.Processes = _processes;
        uint firstNumber = FileNumbers.First(limit);
        uint firstWatched = options.AnyDescriptor ? 0 : firstNumber;
        var numbers = new FreeNumber(firstNumber);
        _files.Closed = numbers.Leave;
        Children.AdoptOrphans();
        if (options.HandleSignals)
            _signals = Launch.Signals.Handle(ignored, () => _keeper.Program, _keeper.End);
        try
        {
            ProcessId = FilteredSpawn.Start(options, ignored, CallFilter.Build(table, firstWatched, call => Passes(call, options)), fd =>
            {
                _listener = new Listener(fd);
                var emulation = new Emulation
                {
                    Table = table,
                    FirstNumber = firstWatched,
                    Listener = _listener,
                    Tree = tree,
                    Material = _material,
                    Files = _files,
                    Processes = _processes,
                    Memories = _memories,
                    Numbers = numbers,
                    Events = _events,
                    Explainer = new Explainer(options.Explain, options.Trace),
                    Failures = new TaskFailures(options.FailNth),
                    Granted = options.Granted?.Aggregate(0ul, (bits, one) => bits | (1ul << (int)one)) ?? 0,
                    Complain = complain,
                };
                _threads = new ServiceThreads(_listener, () => new CallServer(emulation).Serve);
                emulation.HandOver = _threads.HandOver;
            });
            Children.AddProgram(ProcessId);
            quota.Program = ProcessId;
            RaiseFileSizeLimit();
            _keeper.Services = _threads!;
            _keeper.Start(_listener!, ProcessId);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Calls that need not stop: eventfds are copied when they are needed, where that is permitted; rings are the user's choice.</summary>
    private static bool Passes(Call call, ProgramOptions options) => call switch
    {
        Call.EventFd or Call.EventFd2 => Reach.CopiesDescriptors,
        Call.IoUringSetup => options.AllowIoUring,
        _ => false,
    };

    /// <summary>The process ID of the program.</summary>
    public int ProcessId { get; }

    /// <summary>What is held for clients at the moment; all zero when none uses an emulated file.</summary>
    public RunnerCounters Counters
    {
        get
        {
            (ulong pages, long bytes) = _processes.Charged;
            return new RunnerCounters(_files.Count, _processes.Count, _memories.Count, _memories.Held.Count, pages, bytes);
        }
    }

    /// <summary>Copies of eventfds that are kept; 0 where they are taken when they are needed.</summary>
    internal int EventCopies => _events?.Count ?? 0;

    /// <summary>Waits until the program, and all that it started, have ended.</summary>
    /// <returns>How the program itself ended.</returns>
    public ProgramEnd Wait() => _keeper.Join();

    /// <summary>
    /// Releases everything. To be called when the program has ended: calls of a program that still runs fail from then on (ENOSYS).
    /// </summary>
    public void Dispose()
    {
        _signals?.Dispose();
        _keeper.Dispose();
        _threads?.Dispose();
        _listener?.Dispose();
        // Each has its own patience; what hangs beyond that (in memory that never comes) is left behind.
        Thread? rest = BackgroundThread.TryStart("ioasis end", Forget);
        if (rest is null)
            Forget();
        else
            rest.Join(PatienceMilliseconds);
        _material.Dispose();
        if (BackgroundThread.Complain == _complain)
            BackgroundThread.Complain = null; // it may hold a whole machine
    }

    private void Forget()
    {
        _files.Dispose();
        _events?.Dispose();
        _processes.Clear();
        _memories.Clear();
    }

    /// <summary>The files that stand for devices are large, and empty. The program has its own limit already.</summary>
    private static unsafe void RaiseFileSizeLimit()
    {
        rlimit limit;
        if (LibC.prlimit64(0, Linux.RLIMIT_FSIZE, null, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
            return;
        limit.rlim_cur = limit.rlim_max;
        _ = LibC.prlimit64(0, Linux.RLIMIT_FSIZE, &limit, null);
    }

    /// <summary>Whoever is told may fail, for want of memory say: that is no reason for anything here to end.</summary>
    private static Action<string> Quietly(Action<string> tell) => line =>
    {
        try
        {
            tell(line);
        }
#pragma warning disable CA1031 // As said above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    };
}
