using System.Globalization;
using System.Text;

namespace Ioasis.Conformance.Programs;

/// <summary>One instruction of a player.</summary>
/// <param name="Code">What to do.</param>
/// <param name="Operands">With what, in the order that <see cref="Opcode"/> says.</param>
/// <param name="Path">The path of an <see cref="Opcode.Open"/>.</param>
public sealed record Instruction(Opcode Code, Operand[] Operands, string? Path = null)
{
    /// <summary>Whether the player prints a line for it.</summary>
    public bool HasOutcome => Code is not (Opcode.Set or Opcode.Put or Opcode.Get or Opcode.Zero or Opcode.Fill);

    /// <summary>Whether a result that is no error is a descriptor: a number that is different everywhere.</summary>
    public bool GivesDescriptor => Code is Opcode.Open or Opcode.Memfd or Opcode.Eventfd or Opcode.Dup or Opcode.Receive;

    /// <summary>Whether it takes a process of its own: a second one, or a second descriptor of a file.</summary>
    public bool IsOfProcesses => Code is Opcode.Fork or Opcode.Exit or Opcode.Pause or Opcode.Resume or Opcode.Dup or Opcode.Send or Opcode.Receive;

    public void AppendTo(StringBuilder text)
    {
#pragma warning disable CA1308 // The words of a program are lower case.
        text.Append(Code.ToString().ToLowerInvariant());
#pragma warning restore CA1308
        foreach (Operand operand in Operands)
            text.Append(CultureInfo.InvariantCulture, $" {operand}");
        if (Path is not null)
            text.Append(CultureInfo.InvariantCulture, $" {Path}");
        text.Append('\n');
    }

    public override string ToString()
    {
        StringBuilder text = new();
        AppendTo(text);
        return text.ToString().TrimEnd();
    }
}
