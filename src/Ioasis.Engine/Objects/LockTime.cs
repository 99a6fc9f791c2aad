using System.Diagnostics;

namespace Ioasis.Engine.Objects;

/// <summary>How long a call has kept a context's lock, when what it does can be done in parts: others do not wait longer than for one.</summary>
internal struct LockTime
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(4);

    private long _begin;

    /// <summary>It is time to leave the lock. Asked now and then; the time begins when it is asked first.</summary>
    public bool IsUp
    {
        get
        {
            if (_begin == 0)
                _begin = Stopwatch.GetTimestamp();
            return Stopwatch.GetElapsedTime(_begin) > s_longest;
        }
    }

    /// <summary>Between two parts, without the lock. A lock is not fair: who only leaves it has it again before a waiter is awake.</summary>
    public static void LetOthers() => Thread.Sleep(1);
}
