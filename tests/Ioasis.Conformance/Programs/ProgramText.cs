using System.Globalization;
using System.Text;

namespace Ioasis.Conformance.Programs;

/// <summary>
/// The compiled form, which tests/programs/player.c reads: "case N", the instructions of the case a line each, "end". What a
/// player prints: "case N", a line "INDEX RESULT [OFFSET:OLD>NEW …]" or "INDEX =HEX" for each outcome, "end" — or "skip WHY".
/// </summary>
public static class ProgramText
{
    public static void Append(StringBuilder text, int number, IReadOnlyList<Instruction> instructions)
    {
        text.Append(CultureInfo.InvariantCulture, $"case {number}\n");
        foreach (Instruction instruction in instructions)
            instruction.AppendTo(text);
        text.Append("end\n");
    }

    /// <summary>Cuts a player's output into the outcomes of each case, by the case's number.</summary>
    public static Dictionary<int, string> Split(string output)
    {
        Dictionary<int, string> cases = [];
        StringBuilder lines = new();
        int number = -1;
        foreach (string raw in output.Split('\n'))
        {
            string line = raw.TrimEnd('\r');
            if (line.StartsWith("case ", StringComparison.Ordinal))
            {
                number = int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
                lines.Clear();
            }
            else if (line == "end")
            {
                cases[number] = lines.ToString();
                number = -1;
            }
            else if (number >= 0)
            {
                lines.Append(line).Append('\n');
            }
        }

        if (number >= 0)
            cases[number] = lines.Append("crash cut off\n").ToString();
        return cases;
    }
}
