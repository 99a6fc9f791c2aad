namespace Ioasis.Engine.Failures;

/// <summary>
/// How many failure points are passed before one fails: Linux's <c>fail_nth</c> of a task. It fires once, and is off until it is
/// set again.
/// </summary>
/// <remarks>Thread-safe. Source: lib/fault-inject.c and Documentation/fault-injection of Linux, their described behaviour.</remarks>
public sealed class FailureCountdown
{
    private int _left;

    /// <summary>The point after the next Left - 1 ones fails; 0 is off. No more than 2^31 - 1.</summary>
    public uint Left
    {
        get => (uint)Volatile.Read(ref _left);
        set => Volatile.Write(ref _left, (int)Math.Min(value, int.MaxValue));
    }

    /// <summary>Told what failed, on the thread whose call fails.</summary>
    public Action<string>? Fired { get; init; }

    /// <summary>Counts one point.</summary>
    /// <returns>True: this one fails.</returns>
    internal bool Count(string place)
    {
        int left;
        do
        {
            left = Volatile.Read(ref _left);
            if (left == 0)
                return false;
        }
        while (Interlocked.CompareExchange(ref _left, left - 1, left) != left);
        if (left != 1)
            return false;
        Fired?.Invoke(place);
        return true;
    }
}
