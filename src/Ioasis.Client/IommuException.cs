using Ioasis.Client.Native;
using Ioasis.Client.Transports;

namespace Ioasis.Client;

/// <summary>
/// A call on <c>/dev/iommu</c> or on a VFIO device failed. The message has everything: the call with its operands, the
/// error's name, and the reason, when the other side told one.
/// </summary>
public sealed class IommuException : IOException
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="call">The call's name, as Linux has it: <c>IOMMU_IOAS_MAP</c>.</param>
    /// <param name="operands">What it was called with, for people.</param>
    /// <param name="errorNumber">Linux's error number.</param>
    /// <param name="reason">Why, in one sentence; null when nobody knows.</param>
    public IommuException(string call, string operands, int errorNumber, string? reason = null)
        : base($"{call}({operands}): {ErrorNumber.NameOf(errorNumber)}: {reason ?? ErrorNumber.TextOf(errorNumber)}", errorNumber)
    {
        Call = call;
        Operands = operands;
        Errno = errorNumber;
        Reason = reason;
    }

    internal IommuException(string call, string operands, CallResult result)
        : this(call, operands, result.Error, result.Reason)
    {
    }

    /// <summary>The call's name, as Linux has it.</summary>
    public string Call { get; }

    /// <summary>What it was called with.</summary>
    public string Operands { get; }

    /// <summary>Linux's error number.</summary>
    public int Errno { get; }

    /// <summary>The error number's name: <c>EINVAL</c>.</summary>
    public string ErrnoName => ErrorNumber.NameOf(Errno);

    /// <summary>
    /// Why it failed, in one sentence. Null when the transport cannot know: Linux gives nothing but the number.
    /// </summary>
    public string? Reason { get; }
}
