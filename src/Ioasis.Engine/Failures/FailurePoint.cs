using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Failures;

/// <summary>
/// A place where a call on a real kernel may fail for want of memory, or because pages cannot be pinned. Ours cannot, so it is
/// made to: whoever tests a program, or this one, has the Nth such place fail and sees whether everything is put right again.
/// </summary>
/// <remarks>
/// Law: a place stands before the change that it could prevent, or is followed by the way back; nothing on that way back passes a
/// place. Any thread; a thread's places count only inside <see cref="Arm"/>. Costs one read of a static field when nobody is armed.
/// </remarks>
public static class FailurePoint
{
    private static int s_armed; // threads inside Arm

    [ThreadStatic]
    private static FailureCountdown? t_countdown, t_held;

    /// <summary>From now on the places that this thread passes are counted, until the result is disposed.</summary>
    /// <param name="countdown">Counts; may be off.</param>
    public static Armed Arm(FailureCountdown countdown)
    {
        Interlocked.Increment(ref s_armed);
        var armed = new Armed(t_countdown);
        t_held = null;
        t_countdown = countdown;
        return armed;
    }

    /// <summary>Something is about to be allocated.</summary>
    /// <param name="what">What, for the reason.</param>
    /// <param name="why">ENOMEM: this is the one that fails.</param>
    public static Errno Allocate(string what, ref Reason why) =>
        s_armed == 0 ? Errno.Success : Count(ReasonCode.AllocationMadeToFail, what, ref why);

    /// <summary>Pages of a client are about to be pinned.</summary>
    /// <returns>EFAULT: this is the one that fails.</returns>
    public static Errno Pin(string what, ref Reason why) =>
        s_armed == 0 ? Errno.Success : Count(ReasonCode.PinMadeToFail, what, ref why);

    /// <summary>An object is about to be looked up by its number.</summary>
    /// <returns>ENOENT: this is the one that fails.</returns>
    public static Errno Find(string what, ref Reason why) =>
        s_armed == 0 ? Errno.Success : Count(ReasonCode.LookUpMadeToFail, what, ref why);

    /// <summary>Something else is about to be done that Linux lets fail for its own tests.</summary>
    /// <returns>EINVAL: this is the one that fails.</returns>
    public static Errno Step(string what, ref Reason why) =>
        s_armed == 0 ? Errno.Success : Count(ReasonCode.StepMadeToFail, what, ref why);

    /// <summary>Where the countdown of this thread stands, for a call that may have to begin anew.</summary>
    internal static uint Mark() => s_armed == 0 ? 0 : t_countdown?.Left ?? 0;

    /// <summary>What this thread passes from now on is a trial: nothing fails, and nothing is counted, until <see cref="Return"/>.</summary>
    internal static void Hold()
    {
        if (t_countdown is null)
            return;
        t_held = t_countdown;
        t_countdown = null;
    }

    /// <summary>The call begins anew: the places that it has passed are counted again, each as the same one.</summary>
    internal static void Return(uint mark)
    {
        if (t_held is null)
            return;
        t_countdown = t_held;
        t_held = null;
        t_countdown.Left = mark;
    }

    private static Errno Count(ReasonCode code, string what, ref Reason why) =>
        t_countdown is { } countdown && countdown.Count(what) ? why.Because(code, name: what) : Errno.Success;

    /// <summary>Ends what <see cref="Arm"/> began, on the same thread.</summary>
    public readonly ref struct Armed
    {
        private readonly FailureCountdown? _before;

        internal Armed(FailureCountdown? before) => _before = before;

        public void Dispose()
        {
            t_countdown = _before;
            Interlocked.Decrement(ref s_armed);
        }
    }
}
