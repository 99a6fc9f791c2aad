using System.Globalization;

namespace Ioasis.Conformance.Programs;

/// <summary>A number, or what a register holds plus a number.</summary>
/// <param name="Number">The number, or what is added; wraps at 64 bits.</param>
/// <param name="Register">The register; -1 for none.</param>
public readonly record struct Operand(ulong Number, int Register = -1)
{
    /// <summary>Registers that a player has.</summary>
    public const int Registers = 256;

    public static implicit operator Operand(ulong number) => new(number);

    public static Operand Of(int register) => new(0, register);

    public ulong Value(ReadOnlySpan<ulong> registers) => Register < 0 ? Number : registers[Register] + Number;

    public override string ToString()
    {
        string number = Number < 10 ? Number.ToString(CultureInfo.InvariantCulture) : $"0x{Number:x}";
        return Register < 0 ? number : Number == 0 ? $"r{Register}" : $"r{Register}+{number}";
    }
}
