using System.Globalization;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Language;

/// <summary>Numbers: decimal, 0x…, K M G T and P (page) behind, ~N, -N, $kept, @memory, NAME|NAME of the field's enum, and sums of them.</summary>
public sealed partial class Compiler
{
    private int Register(string name)
    {
        if (!_registers.TryGetValue(name, out int register))
            _registers.Add(name, register = _registers.Count + 1);
        return register < Operand.Registers ? register : throw Wrong("too many names");
    }

    private (string Name, string Value) Assignment(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? (word[..equals], word[(equals + 1)..]) : throw Wrong($"expected name=value, not '{word}'");
    }

    private Operand Value(string text) => Value(text, null);

    private Operand Value(string text, Field? field)
    {
        ulong number = 0;
        int register = -1;
        foreach (string term in text.Split('+'))
        {
            if (term.StartsWith('$'))
                register = register < 0 && _registers.TryGetValue(term, out int found) ? found : throw Wrong($"{term} is not known");
            else if (term.StartsWith('@'))
                number += Address(term[1..]);
            else
                number += term.Split('|').Aggregate(0ul, (all, one) => all | Number(one, field));
        }

        return new Operand(number, register);
    }

    private ulong Address(string name) => name switch
    {
        "hole" => AddressPlan.Hole,
        "kernel" => AddressPlan.KernelAddress,
        _ => _memories.IndexOf(name) is >= 0 and int index ? AddressPlan.Memory(index) : throw Wrong($"no memory @{name}"),
    };

    private ulong Number(string text, Field? field)
    {
        if (field?.Number(text) is { } named)
            return named;
        if (text.StartsWith('~'))
            return ~Number(text[1..], field);
        if (text.StartsWith('-'))
            return 0 - Number(text[1..], field);
        if (text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hex))
            return hex;
        int shift = text.Length == 0 ? 0 : text[^1] switch { 'K' => 10, 'P' => 12, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        return ulong.TryParse(shift == 0 ? text : text[..^1], CultureInfo.InvariantCulture, out ulong number) ? number << shift : throw Wrong($"'{text}' is no number");
    }
}
