namespace Ioasis.Engine.Reasons;

/// <summary>
/// Why a call failed: a code and its operands. It lies in the caller's frame and is passed down by reference, so it costs
/// nothing when the call succeeds; its text is made only where somebody reads it.
/// </summary>
/// <remarks>
/// Not thread-safe: one frame, one reason. The last failure written wins, so code that recovers from a failure may leave an
/// older reason behind; it means something only beside a failed <see cref="Errno"/>.
/// </remarks>
public struct Reason
{
    /// <summary>Operands, in the order in which the text of <see cref="Code"/> names them.</summary>
    public ulong A, B, C, D;

    /// <summary>A name that goes with the operands (a device, a path), or null.</summary>
    public string? Name;

    public ReasonCode Code;

    /// <summary>Records the reason and gives the error number that belongs to it: the only way to make a failure.</summary>
    public Errno Because(ReasonCode code, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0, string? name = null)
    {
        Code = code;
        A = a;
        B = b;
        C = c;
        D = d;
        Name = name;
        return new Errno(ReasonTable.ErrnoOf(code));
    }

    /// <summary>Gives the failure that this reason already describes (for passing on a recorded one).</summary>
    public readonly Errno Again() => new(ReasonTable.ErrnoOf(Code));

    /// <summary>One readable sentence, without the error number.</summary>
    public override readonly string ToString() => ReasonTable.TextOf(in this);
}
