using System.Globalization;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Language;

/// <summary>Turns a case into instructions: this half has the statements, Compiler.Calls.cs the ioctls, Compiler.Values.cs the numbers.</summary>
public sealed partial class Compiler
{
    private static readonly Dictionary<string, ulong> s_capabilities = new() { ["IPC_LOCK"] = 14, ["SYS_RAWIO"] = 17, ["SYS_ADMIN"] = 21, ["SYS_RESOURCE"] = 24 };

    private readonly Case _source;
    private readonly List<Instruction> _instructions = [];
    private readonly List<Meaning> _meanings = [];
    private readonly List<string> _memories = [];
    private readonly Dictionary<string, int> _registers = [];
    private Line _line = new(0, "", true);

    private Compiler(Case source) => _source = source;

    /// <summary>The number of a capability, without CAP_.</summary>
    public static ulong CapabilityOf(string name) => s_capabilities.TryGetValue(name, out ulong number) ? number : throw new FormatException($"no capability {name}");

    /// <summary>Compiles a case.</summary>
    /// <exception cref="FormatException">A line is wrong; the message says which and why.</exception>
    public static CompiledCase Compile(Case source)
    {
        Compiler compiler = new(source);
        compiler.Hidden(Opcode.Map, AddressPlan.Arguments, AddressPlan.ArgumentBytes, 3, 0, ulong.MaxValue, 0);
        foreach (Line line in source.Lines)
            compiler.Statement(line);
        return new CompiledCase(source, compiler._instructions, compiler._meanings, compiler._memories);
    }

    private FormatException Wrong(string why) => new($"{_source.File}.txt({_line.Number}): {why}: {_line.Text}");

    private void Statement(Line line)
    {
        _line = line;
        string[] words = line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] targets = [];
        if (words.Length > 2 && words[1] == "=" && words[0].StartsWith('$'))
        {
            targets = words[0].Split(',');
            words = words[2..];
        }

        if (char.IsUpper(words[0][0]))
            Call(targets, words);
        else
            Word(targets, words[0], words[1..]);
    }

    private void Word(string[] targets, string word, string[] x)
    {
        switch (word)
        {
            case "memory":
                Memory(x[0], x[1], x[2..]);
                break;
            case "put":
                Put(x);
                break;
            case "zero":
                Hidden(Opcode.Zero, Value(x[0]), Value(x[1]));
                break;
            case "fill":
                Hidden(Opcode.Fill, Value(x[0]), Value(x[1]), Value(x.Length > 2 ? x[2] : "1"));
                break;
            case "show":
                Add(new Meaning(_line, false, Unit: x.Length > 2 ? UnitOf(x[2]) : 8), Opcode.Show, null, Value(x[0]), Value(x[1]));
                break;
            case "open":
                Seen(Opcode.Open, x[0], Value(x.Length > 1 ? x[1] : "2"));
                break;
            case "unmap":
                Add(new Meaning(_line, true), Opcode.Unmap, null, Value(x[0]), Value(x[1]));
                break;
            case "protect":
                Add(new Meaning(_line, true), Opcode.Protect, null, Value(x[0]), Value(x[1]), Protection(x[2]));
                break;
            case "memlock":
                Hidden(Opcode.Memlock, Value(x[0]));
                break;
            case "drop":
                Hidden(Opcode.Drop, CapabilityOf(x[0]));
                break;
            case "set":
                Hidden(Opcode.Set, Operand.Of(Register(x[0])), Value(x[1]));
                break;
            case "raw":
                Seen(Opcode.Ioctl, null, [Value(x[0]), Value(x[1]), Value(x[2]), x.Length > 3 ? Value(x[3]) : 0]);
                break;
            case "fork" or "exit" or "pause" or "resume" or "receive" or "close" or "dup" or "send" or "read" or "write"
                or "pread" or "pwrite" or "poll" or "memfd" or "truncate" or "seal" or "eventfd":
                string[] defaults = word switch { "memfd" => ["0"], "eventfd" => ["0", "0"], "poll" => ["", "1", "0"], _ => [] };
                Seen(Enum.Parse<Opcode>(word, ignoreCase: true), null, [.. x.Concat(defaults.Skip(x.Length)).Select(Value)]);
                break;
            default:
                throw Wrong("no such statement");
        }

        foreach (string target in targets)
            Hidden(Opcode.Set, Operand.Of(Register(target)), Operand.Of(0));
    }

    /// <summary>memory NAME LENGTH [shared] [huge] [ro|none|exec] [file=$descriptor] [offset=N]: a file's outcome is shown.</summary>
    private void Memory(string name, string length, string[] options)
    {
        int index = _memories.IndexOf(name);
        if (index < 0)
        {
            index = _memories.Count;
            _memories.Add(name);
        }

        MapKind kind = (options.Contains("shared") ? MapKind.Shared : 0) | (options.Contains("huge") ? MapKind.Huge : 0);
        Operand descriptor = ulong.MaxValue, offset = 0;
        string protection = "rw";
        foreach (string option in options)
        {
            if (option.StartsWith("file=", StringComparison.Ordinal))
                (kind, descriptor) = (kind | MapKind.File, Value(option[5..]));
            else if (option.StartsWith("offset=", StringComparison.Ordinal))
                offset = Value(option[7..]);
            else if (option is "ro" or "none" or "exec")
                protection = option;
            else if (option is not ("shared" or "huge"))
                throw Wrong($"'{option}' is no option of memory");
        }

        Add(new Meaning(_line, (kind & MapKind.File) == 0), Opcode.Map, null,
            AddressPlan.Memory(index), Value(length), Protection(protection), (ulong)kind, descriptor, offset);
    }

    /// <summary>put ADDRESS u8|u16|u32|u64 NUMBER …, or put ADDRESS STRUCT field=value …</summary>
    private void Put(string[] x)
    {
        Operand at = Value(x[0]);
        if (x[1][0] == 'u')
        {
            int unit = UnitOf(x[1]);
            foreach (string value in x[2..])
            {
                Hidden(Opcode.Put, at, (ulong)unit, Value(value));
                at = at with { Number = at.Number + (ulong)unit };
            }

            return;
        }

        Type type = Type.GetType($"Ioasis.Abi.{x[1]}, Ioasis.Abi") ?? Type.GetType($"Ioasis.Abi.Mock.{x[1]}, Ioasis.Abi") ?? throw Wrong($"no struct {x[1]}");
        Hidden(Opcode.Zero, at, (ulong)Field.SizeOf(type));
        foreach (string word in x[2..])
        {
            (string name, string text) = Assignment(word);
            Field field = Field.Find(type, name) ?? throw Wrong($"{x[1]} has no {name}");
            Hidden(Opcode.Put, at with { Number = at.Number + (ulong)field.Offset }, (ulong)field.Size, Value(text, field));
        }
    }

    private static int UnitOf(string word) => int.Parse(word.AsSpan(1), CultureInfo.InvariantCulture) / 8;

    private Operand Protection(string word) => word switch { "none" => 0, "ro" or "r" => 1, "rw" => 3, "exec" => 7, _ => throw Wrong($"no protection '{word}'") };

    private void Hidden(Opcode code, params Operand[] operands) => Add(new Meaning(_line, true), code, null, operands);

    private void Seen(Opcode code, string? path, params Operand[] operands) => Add(new Meaning(_line, false), code, path, operands);

    private void Add(Meaning meaning, Opcode code, string? path, params Operand[] operands)
    {
        // The prelude is the same everywhere: what it does is told only when it fails.
        _meanings.Add(meaning.Line.IsPrelude ? meaning with { IsHidden = true } : meaning);
        _instructions.Add(new Instruction(code, operands, path));
    }
}
