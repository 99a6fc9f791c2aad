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

    public bool Failed => Error != 0;

    public static CallResult Done(long value) => new(value, 0, null);

    public static CallResult Failure(int error, string? reason = null) => new(-1, error, reason);
}
