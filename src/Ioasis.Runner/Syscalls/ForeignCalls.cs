namespace Ioasis.Runner.Syscalls;

/// <summary>
/// Calls of 32-bit programs that could reach an emulated file. They are not served; they are known so that they can be refused aloud. All
/// others pass, so a program that uses no such file runs as if nobody were there.
/// </summary>
internal sealed class ForeignCalls
{
    private readonly Dictionary<int, Call> _calls = [];

    /// <param name="auditArchitecture">AUDIT_ARCH_* of linux/audit.h.</param>
    /// <param name="numbers">The number of each call there.</param>
    public ForeignCalls(uint auditArchitecture, params (Call Call, int Number)[] numbers)
    {
        AuditArchitecture = auditArchitecture;
        Numbers = numbers;
        foreach ((Call call, int number) in numbers)
            _calls.Add(number, call);
    }

    public uint AuditArchitecture { get; }

    public (Call Call, int Number)[] Numbers { get; }

    /// <summary>The call with this number; <see cref="Call.None"/> for one that passes.</summary>
    public Call CallOf(int number) => _calls.GetValueOrDefault(number);
}
