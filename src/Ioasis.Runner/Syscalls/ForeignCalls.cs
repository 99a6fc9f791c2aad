namespace Ioasis.Runner.Syscalls;

/// <summary>
/// Calls of 32-bit programs that could reach an emulated file. They are not served; they are known so that they can be refused aloud. All
/// others pass, so a program that uses no such file runs as if nobody were there.
/// </summary>
/// <param name="auditArchitecture">AUDIT_ARCH_* of linux/audit.h.</param>
/// <param name="numbers">The number of each call there.</param>
internal sealed class ForeignCalls(uint auditArchitecture, params (Call Call, int Number)[] numbers)
{
    public uint AuditArchitecture { get; } = auditArchitecture;

    public (Call Call, int Number)[] Numbers { get; } = numbers;

    /// <summary>The call with this number; <see cref="Call.None"/> for one that passes.</summary>
    public Call CallOf(int number)
    {
        foreach ((Call call, int known) in Numbers)
        {
            if (known == number)
                return call;
        }

        return Call.None;
    }
}
