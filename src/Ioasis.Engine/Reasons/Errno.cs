namespace Ioasis.Engine.Reasons;

/// <summary>
/// The outcome of a call: success (<c>default</c>), or an error number. A failure can only be made by
/// <see cref="Reason.Because"/>, so that no errno exists without the reason for it.
/// </summary>
public readonly struct Errno : IEquatable<Errno>
{
    private readonly ErrnoCode _code;

    internal Errno(ErrnoCode code) => _code = code;

    /// <summary>No error.</summary>
    public static Errno Success => default;

    public ErrnoCode Code => _code;

    public bool Failed => _code != ErrnoCode.None;

    public bool Succeeded => _code == ErrnoCode.None;

    public bool Equals(Errno other) => _code == other._code;

    public override bool Equals(object? obj) => obj is Errno other && Equals(other);

    public override int GetHashCode() => (int)_code;

    public override string ToString() => _code == ErrnoCode.None ? "0" : _code.ToString();

    public static bool operator ==(Errno left, Errno right) => left._code == right._code;
    public static bool operator !=(Errno left, Errno right) => left._code != right._code;
}
