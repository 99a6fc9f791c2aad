using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Files;

/// <summary>
/// Which stand-in files no client has any more: the kernel tells through inotify when the last descriptor and the last mapping of one are
/// gone; it does so before the client's close(2) returns.
/// </summary>
/// <remarks>
/// Thread-safe. One thread at a time takes what was announced, for all who wanted to know when it began; who comes later waits for the next
/// turn. So nobody waits for more than two turns, and none is longer than what had been announced at its beginning: clients that close
/// without end keep nobody here.
/// </remarks>
internal sealed unsafe class CloseNews : IDisposable
{
    private const int EventHeader = 16; // struct inotify_event without a name

    private readonly Descriptor _inotify = LibC.inotify_init1(Linux.O_CLOEXEC | Linux.O_NONBLOCK);
    private readonly object _monitor = new();
    private readonly Action<ReadOnlySpan<int>> _closed;
    private readonly Action _lost;
    private readonly int[] _batch = new int[64]; // of whose turn it is
    private bool _isTaking;
    private long _wanted, _served;
    private int _waiting;

    /// <param name="closed">Called, in turn, with the watches of files that were closed, in order. A watch may come twice.</param>
    /// <param name="lost">Called, in turn, when the kernel has lost news: whose files are closed is to be found out otherwise.</param>
    /// <exception cref="Launch.LaunchException">The kernel gives no inotify instance.</exception>
    public CloseNews(Action<ReadOnlySpan<int>> closed, Action lost)
    {
        _closed = closed;
        _lost = lost;
        if (_inotify.IsInvalid)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new Launch.LaunchException(
                "no inotify instance can be had: too many of this user's programs have one (fs.inotify.max_user_instances)", error);
        }
    }

    /// <summary>Becomes readable when there are news.</summary>
    public Descriptor Descriptor => _inotify;

    /// <summary>Watches a file for the end of its next description.</summary>
    /// <param name="file">Some description of it.</param>
    /// <returns>Its watch, or -1 with the error number set.</returns>
    public int Watch(Descriptor file) =>
        LibC.inotify_add_watch(_inotify, file.ProcPath, Linux.IN_CLOSE_WRITE | Linux.IN_CLOSE_NOWRITE);

    /// <summary>Watches it no more. Not where it was seen to be closed but later: that is one more piece of news in the kernel's queue.</summary>
    public void Unwatch(int watch)
    {
        try
        {
            _ = LibC.inotify_rm_watch(_inotify, watch);
        }
        catch (ObjectDisposedException)
        {
            // The end of a release that took too long, after everything else has ended.
        }
    }

    /// <summary>Takes everything that was announced before this call, or waits until another thread has.</summary>
    public void Take()
    {
        if (TryBegin(out long turn, alsoWhenServed: false))
            End(turn, default);
    }

    /// <summary>Has these be told as closed, in turn.</summary>
    public void Report(ReadOnlySpan<int> watches)
    {
        _ = TryBegin(out long turn, alsoWhenServed: true);
        End(turn, watches);
    }

    public void Dispose() => _inotify.Dispose();

    /// <summary>Waits for a turn.</summary>
    /// <returns>False when somebody else's has done for this call too.</returns>
    private bool TryBegin(out long turn, bool alsoWhenServed)
    {
        lock (_monitor)
        {
            long mine = ++_wanted;
            while (_isTaking)
            {
                _waiting++;
                Monitor.Wait(_monitor);
                _waiting--;
                turn = 0;
                if (_served >= mine && !alsoWhenServed)
                    return false;
            }

            _isTaking = true;
            turn = _wanted;
            return true;
        }
    }

    private void End(long turn, ReadOnlySpan<int> watches)
    {
        try
        {
            Read();
            if (!watches.IsEmpty)
                _closed(watches);
        }
        finally
        {
            lock (_monitor)
            {
                _isTaking = false;
                _served = turn;
                if (_waiting > 0)
                    Monitor.PulseAll(_monitor);
            }
        }
    }

    private void Read()
    {
        int room = _batch.Length * EventHeader;
        byte* events = stackalloc byte[room];
        int left = 0;
        bool isFirst = true;
        do
        {
            int bytes = (int)LibC.read(_inotify, events, (nuint)room);
            if (bytes <= 0)
                return;
            if (!isFirst)
                left -= bytes;
            else if (bytes > room - EventHeader)
                _ = LibC.ioctl(_inotify, Linux.FIONREAD, &left);
            isFirst = false;
            Tell(events, bytes);
        }
        while (left > 0);
    }

    private void Tell(byte* events, int bytes)
    {
        int closed = 0;
        bool isLost = false;
        for (byte* one = events; one < events + bytes; one += EventHeader + *(uint*)(one + 12))
        {
            uint mask = *(uint*)(one + 4);
            isLost |= (mask & Linux.IN_Q_OVERFLOW) != 0;
            if ((mask & (Linux.IN_CLOSE_WRITE | Linux.IN_CLOSE_NOWRITE)) != 0)
                _batch[closed++] = *(int*)one;
        }

        if (closed > 0)
            _closed(_batch.AsSpan(0, closed));
        if (isLost)
            _lost();
    }
}
