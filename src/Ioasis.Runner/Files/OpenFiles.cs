using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Files;

/// <summary>Every emulated file that some client holds, and what becomes of it when none does any more.</summary>
/// <remarks>
/// Law: <see cref="TakeNews"/> comes before anything is served that could find the difference, and after it a call waits for the releases
/// that it could see (<see cref="Settle(ReleaseScope)"/>): a device that a client closed is free when the client's next call is answered.
/// Files are unlinked in the turns of <see cref="CloseNews"/>, by one thread at a time; nothing is released there (<see cref="Releases"/>).
/// </remarks>
internal sealed class OpenFiles : IDisposable
{
    private readonly CloseNews _news;
    private readonly Action<string> _complain;
    private readonly Releases _releases;
    private readonly List<OpenFile> _unlinked = []; // of whose turn it is
    private Tables? _tables; // null until a client opens something, which most programs never do
    private int _count, _held;
    private int _attributes; // of files of sysfs that may be written
    private volatile bool _hasLostNews;

    /// <param name="quota">Who may have how many.</param>
    /// <param name="complain">Is told what went wrong, in one line.</param>
    /// <exception cref="Launch.LaunchException">The kernel gives no inotify instance.</exception>
    public OpenFiles(DescriptorQuota quota, Action<string> complain)
    {
        _news = new CloseNews(Unlink, FindLost);
        Quota = quota;
        _complain = complain;
        _releases = new Releases(Release);
    }

    /// <summary>Becomes readable when a file was closed.</summary>
    public Descriptor Events => _news.Descriptor;

    public DescriptorQuota Quota { get; }

    /// <summary>Called, while news are taken, when a process may have a number free that it had for a file. Quick.</summary>
    public Action<int, int> Closed { get; set; } = (_, _) => { };

    /// <summary>Finds a client that maps a byte of a file; set by whoever knows the clients.</summary>
    public Func<FileId, ulong, bool> IsMappedAt { get; set; } = (_, _) => false;

    /// <summary>News were lost: the keeper looks again a few times, until <see cref="NewsAreComplete"/>.</summary>
    public bool HasLostNews => _hasLostNews;

    /// <summary>Files that are open, or not released yet.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether a client has a file of sysfs open that it may write.</summary>
    public bool HasAttributes => Volatile.Read(ref _attributes) != 0;

    /// <summary>Finds the file behind a stand-in.</summary>
    public bool TryFind(FileId id, out OpenFile file)
    {
        file = null!;
        return Volatile.Read(ref _tables) is { } tables && tables.ById.TryGetValue(id, out file!);
    }

    /// <summary>Whether the number of a stand-in file of ours is meant, for mappings.</summary>
    public bool Contains(FileId id) => TryFind(id, out _);

    /// <summary>
    /// Makes the descriptor behind which clients find <paramref name="file"/>, and gives the file its pages or its poll. From now on the file is released when the last
    /// reference to that descriptor's description goes: at the latest when the caller closes it without having installed it.
    /// </summary>
    /// <param name="thread">The client's thread, on whose account it is.</param>
    /// <param name="file">The emulated file.</param>
    /// <param name="node">What was opened.</param>
    /// <param name="flags">open(2) flags.</param>
    /// <param name="open">The entry made for it.</param>
    /// <param name="why">ENFILE: there is no room for another; the caller releases the file.</param>
    /// <returns>Null when the call failed.</returns>
    public Descriptor? Add(int thread, DeviceFile file, PathNode node, int flags, out OpenFile? open, ref Reason why)
    {
        open = null;
        var queue = file as QueueFile;
        long length = 0;
        Descriptor? made = file switch
        {
            QueueFile => StandInFile.MakePipe(),
            AttributeFile attribute => StandInFile.MakeText(node.Path, (flags & Linux.O_ACCMODE) == Linux.O_RDONLY ? attribute.Text : []),
            _ => StandInFile.MakeMemory(node.Path, out length),
        };
        if (made is not { } first)
        {
            _ = why.Because(ReasonCode.StandInImpossible, (ulong)Marshal.GetLastPInvokeError());
            return null;
        }

        if (!Quota.TryTake(thread, first.Number, out DescriptorShare share, ref why))
        {
            first.Dispose();
            return null;
        }

        int watch = Stat.TryGet(first, out FileId id) ? _news.Watch(first) : -1;
        if (watch < 0)
        {
            _ = why.Because(ReasonCode.StandInImpossible, (ulong)Marshal.GetLastPInvokeError());
            first.Dispose();
            Quota.Return(share);
            return null;
        }

        FilePages? pages = queue is null ? new FilePages(first, length, (offset, bytes) => IsMapped(id, offset, bytes)) : null;
        open = new OpenFile(id, file, node, flags, first, share) { Pages = pages, Process = Quota.ProcessOf(thread), Watch = watch };
        Tables tables = LazyInitializer.EnsureInitialized(ref _tables, static () => new Tables())!;
        tables.ById[id] = open;
        tables.ByWatch[watch] = open;
        Interlocked.Increment(ref _count);
        Interlocked.Increment(ref _held);
        if (open.IsWritableAttribute)
            Interlocked.Increment(ref _attributes);
        if ((file is AttributeFile ? StandInFile.Reopen(first, flags) : StandInFile.ForClients(first, flags)) is not { } second)
        {
            _ = why.Because(ReasonCode.StandInImpossible, (ulong)Marshal.GetLastPInvokeError());
            Forget(watch);
            Interlocked.Decrement(ref _held);
            Interlocked.Decrement(ref _count);
            _news.Unwatch(watch);
            first.Dispose();
            Quota.Return(share);
            open = null;
            return null;
        }

        StandInFile.Mark(second, flags);
        open.IsMarked = true;
        file.Pages = pages;
        if (queue is not null)
        {
            queue.ReadableChanged = new QueueMark(first).Set;
            if (queue.IsReadable)
                queue.ReadableChanged(true);
        }

        return second;
    }

    /// <summary>Takes what the kernel has announced: those files cannot be found any more, and are going to be released.</summary>
    public void TakeNews()
    {
        if (Volatile.Read(ref _held) != 0)
            _news.Take();
    }

    /// <summary>Takes the news, and waits for the releases that a call with this scope could see. The others go on beside it.</summary>
    public void Settle(in ReleaseScope scope)
    {
        TakeNews();
        if (_releases.Count == 0)
            return;
        _releases.WaitFor(scope.First);
        _releases.WaitFor(scope.Second);
        _releases.WaitFor(scope.Third);
        _releases.WaitFor(AttributeFile.LateWrites);
        _releases.Begin();
    }

    /// <summary>Closed files are being released, or wait for it.</summary>
    public bool IsReleasing => _releases.Count != 0;

    /// <summary>Closed files wait for a thread that releases them: <see cref="ReleaseClosed"/> is to be called again soon.</summary>
    public bool HasWaiting => _releases.HasReady;

    /// <summary>Takes the news, and has what was closed be released by others.</summary>
    public void ReleaseClosed()
    {
        TakeNews();
        _releases.Begin();
    }

    /// <summary>Takes the news, and waits for all releases, for so many milliseconds at most.</summary>
    /// <returns>False when the time was too short, or there was nothing to wait for.</returns>
    public bool SettleAll(int milliseconds)
    {
        TakeNews();
        return _releases.Count != 0 && _releases.WaitForAll(milliseconds);
    }

    /// <summary>A call that held the file has ended.</summary>
    public void Leave(OpenFile open)
    {
        if (!open.Leave())
            return;
        _releases.Add([open]);
        _releases.Begin();
    }

    /// <summary>The client never got the descriptor, which has been closed here: releases the file before it returns.</summary>
    public void Withdraw(OpenFile open)
    {
        TakeNews();
        _releases.WaitFor(open.File.Scope.First);
    }

    /// <summary>Nothing of the news that were lost is missing any more.</summary>
    public void NewsAreComplete() => _hasLostNews = false;

    /// <summary>
    /// Finds the closed files by the mark that their clients' descriptions bear: an open one bears it, a closed one does not. For when
    /// the kernel has lost news (its queue was full, or memory was short).
    /// </summary>
    public void Rescan()
    {
        if (FindUnmarked() is { Count: > 0 } found)
            _news.Report(CollectionsMarshal.AsSpan(found));
    }

    /// <summary>
    /// Releases what is still open. For the end, when no client is left; what hangs (a device that waits for memory that never comes) is
    /// left behind after a while.
    /// </summary>
    public void Dispose()
    {
        const int PatienceMilliseconds = 2000;
        if (_tables is { } tables)
            _news.Report([.. tables.ByWatch.Keys]);
        if (_releases.Count != 0)
            _ = _releases.WaitForAll(PatienceMilliseconds);
        _releases.End();
        _news.Dispose();
    }

    /// <summary>The kernel has lost news.</summary>
    private void FindLost()
    {
        _hasLostNews = true;
        Unlink(CollectionsMarshal.AsSpan(FindUnmarked()));
    }

    private List<int> FindUnmarked()
    {
        List<int> found = [];
        if (Volatile.Read(ref _tables) is not { } tables)
            return found;
        foreach ((int watch, OpenFile open) in tables.ByWatch)
        {
            try
            {
                if (open.IsMarked && !StandInFile.IsMarked(open.StandIn))
                    found.Add(watch);
            }
            catch (ObjectDisposedException)
            {
                // It has just been released.
            }
        }

        return found;
    }

    /// <summary>
    /// Nobody finds these files from now on, and they are going to be released. Calls that have found one go on, and the last of them has it
    /// released.
    /// </summary>
    private void Unlink(ReadOnlySpan<int> watches)
    {
        int count = 0;
        foreach (int watch in watches)
        {
            if (Forget(watch) is not { } open)
                continue; // told twice
            count++;
            Closed(open.Process, open.Number);
            if (open.Close())
                _unlinked.Add(open);
        }

        _releases.Add(CollectionsMarshal.AsSpan(_unlinked));
        _unlinked.Clear();
        // Last: who finds nothing held, and so no news to wait for, finds the release.
        Interlocked.Add(ref _held, -count);
    }

    private void Release(OpenFile open)
    {
        try
        {
            LateWrite.CarryOut(open, _complain);
            open.File.Release();
        }
#pragma warning disable CA1031 // Whatever a device does at its end, everybody else goes on.
        catch (Exception unexpected)
#pragma warning restore CA1031
        {
            _complain($"internal error: release of {open.Node.Path} failed: {unexpected}");
        }

        open.Pages?.Dispose();
        _news.Unwatch(open.Watch);
        open.StandIn.Dispose();
        Quota.Return(open.Share);
        Interlocked.Decrement(ref _count);
    }

    private bool IsMapped(FileId id, ulong offset, ulong length)
    {
        ulong page = (ulong)Environment.SystemPageSize;
        for (ulong at = 0; at < length; at += page)
        {
            if (IsMappedAt(id, offset + at))
                return true;
        }

        return false;
    }

    private OpenFile? Forget(int watch)
    {
        if (Volatile.Read(ref _tables) is not { } tables || !tables.ByWatch.TryRemove(watch, out OpenFile? open))
            return null;
        tables.ById.TryRemove(open.Id, out _);
        if (open.IsWritableAttribute)
            Interlocked.Decrement(ref _attributes);
        return open;
    }

    private sealed class Tables
    {
        public readonly ConcurrentDictionary<FileId, OpenFile> ById = new();
        public readonly ConcurrentDictionary<int, OpenFile> ByWatch = new();
    }
}
