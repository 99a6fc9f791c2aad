using Ioasis.Runner.Native;

namespace Ioasis.Runner.Filters;

/// <summary>
/// Writes a seccomp filter (classic BPF over seccomp_data) line by line. Jumps go forward to labels; a jump that is not taken goes on
/// with the next line. linux/filter.h, linux/bpf_common.h.
/// </summary>
internal sealed class BpfProgram
{
    private const ushort LoadWord = 0x20;      // BPF_LD  | BPF_W   | BPF_ABS
    private const ushort AndConstant = 0x54;   // BPF_ALU | BPF_AND | BPF_K
    private const ushort IfEqual = 0x15;       // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort IfAtLeast = 0x35;     // BPF_JMP | BPF_JGE | BPF_K
    private const ushort IfAnyBit = 0x45;      // BPF_JMP | BPF_JSET| BPF_K
    private const ushort ReturnConstant = 0x06; // BPF_RET | BPF_K

    private readonly List<Line> _lines = [];
    private readonly Dictionary<string, int> _labels = [];

    public void LoadNumber() => Add(LoadWord, 0);

    public void LoadArchitecture() => Add(LoadWord, 4);

    /// <summary>Loads the low 32 bits of an argument, counted from 0.</summary>
    public void LoadArgument(int index) => Add(LoadWord, (uint)(16 + (8 * index)));

    /// <summary>Loads the high 32 bits of an argument, counted from 0.</summary>
    public void LoadArgumentHigh(int index) => Add(LoadWord, (uint)(20 + (8 * index)));

    public void And(uint mask) => Add(AndConstant, mask);

    public void JumpIfEqual(uint value, string target) => Add(IfEqual, value, target);

    /// <summary>Jumps when the loaded word is at least <paramref name="value"/>, without sign.</summary>
    public void JumpIfAtLeast(uint value, string target) => Add(IfAtLeast, value, target);

    public void JumpIfAnyBit(uint mask, string target) => Add(IfAnyBit, mask, target);

    public void Return(uint action) => Add(ReturnConstant, action);

    /// <summary>Names the next line.</summary>
    public void Label(string name) => _labels.Add(name, _lines.Count);

    /// <summary>The finished program.</summary>
    public sock_filter[] Assemble()
    {
        var program = new sock_filter[_lines.Count];
        for (int i = 0; i < program.Length; i++)
        {
            program[i] = new sock_filter { code = _lines[i].Code, k = _lines[i].Constant };
            if (_lines[i].Target is { } target)
                program[i].jt = checked((byte)(_labels[target] - i - 1));
        }

        return program;
    }

    private void Add(ushort code, uint constant, string? target = null) => _lines.Add(new Line(code, constant, target));

    private sealed record Line(ushort Code, uint Constant, string? Target);
}
