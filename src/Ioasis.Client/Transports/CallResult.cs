namespace Ioasis.Client.Transports;

/// <summary>What a system call came to: a value, or an error number with the reason for it when the other side tells one.</summary>
public readonly struct CallResult
{
    private CallResult(long value, int error, string? reason)
    {
        Value = value;
        Error = error;
        Reason = reason;
    }

    /// <summary>What the call returned; -1 when it failed.</summary>
    public long Value { get; }

    /// <summary>Linux's error number; 0 when it succeeded.</summary>
    public int Error { get; }

    /// <summary>One sentence that says why it failed; null when it succeeded, or when nobody knows (Linux tells no reasons).</summary>
    public string? Reason { get; }

    /// <summary>Whether there is an error number.</summary>
    public bool Failed => Error != 0;

    /// <summary>The result of a call that succeeded.</summary>
    public static CallResult Done(long value) => new(value, 0, null);

    /// <summary>The result of a call that failed.</summary>
    /// <param name="error">Linux's error number, positive.</param>
    /// <param name="reason">Why, in one sentence, if that is known.</param>
    public static CallResult Failure(int error, string? reason = null) => new(-1, error, reason);
}
