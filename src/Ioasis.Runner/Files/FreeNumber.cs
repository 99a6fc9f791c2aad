using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Files;

/// <summary>
/// Finds numbers for descriptors of emulated files. Choosing a number and installing the descriptor is one step under <see cref="Lock"/>,
/// as installing replaces what is there.
/// </summary>
internal sealed unsafe class FreeNumber(uint first)
{
    // Told to a client, but not installed yet; for all clients at once, as there are few and not for long. Under Lock.
    private readonly List<int> _reserved = [];

    // Numbers below are taken, in the client that asked last; a good place to begin at, no more.
    private int _hint = (int)first;

    /// <summary>Held from choosing a number to installing the descriptor.</summary>
    public Lock Lock { get; } = new();

    /// <summary>A file was closed: numbers further down may be free.</summary>
    public void Reset() => Volatile.Write(ref _hint, (int)first);

    /// <summary>Finds a free number. Under <see cref="Lock"/>.</summary>
    /// <param name="thread">The client's thread, which waits for us to answer.</param>
    /// <param name="least">The lowest number that will do.</param>
    /// <returns>-1 when there is none below the client's limit.</returns>
    public int Choose(int thread, int least)
    {
        if (!ProcessLimit.TryGet(thread, Linux.RLIMIT_NOFILE, out ulong limit))
            return -1;
        int end = (int)Math.Min(limit, int.MaxValue);
        int begin = Math.Max(least, (int)first);
        for (int number = Math.Max(begin, Volatile.Read(ref _hint)); number < end; number++)
        {
            if (!IsFree(thread, number))
                continue;
            if (least <= (int)first)
                Volatile.Write(ref _hint, number + 1);
            return number;
        }

        for (int number = begin; number < Math.Min(end, Volatile.Read(ref _hint)); number++)
        {
            if (IsFree(thread, number))
                return number;
        }

        return -1;
    }

    /// <summary>Chooses a number and keeps it from being chosen again until <see cref="GiveBack"/>.</summary>
    /// <param name="thread">The client's thread, which waits for us to answer.</param>
    /// <returns>-1 when there is none below the client's limit.</returns>
    public int Reserve(int thread)
    {
        lock (Lock)
        {
            int number = Choose(thread, 0);
            if (number >= 0)
                _reserved.Add(number);
            return number;
        }
    }

    /// <summary>Ends a reservation, whether the number was used or not.</summary>
    public void GiveBack(int number)
    {
        lock (Lock)
            _reserved.Remove(number);
        Reset();
    }

    private bool IsFree(int thread, int number)
    {
        if (_reserved.Contains(number))
            return false;
        ProcPath path = ProcPath.Descriptor(thread, number);
        return Stat.Get(Linux.AT_FDCWD, path.Text, Linux.AT_SYMLINK_NOFOLLOW, out _) == Linux.ENOENT;
    }
}
