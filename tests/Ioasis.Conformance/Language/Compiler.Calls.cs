using System.Globalization;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Language;

/// <summary>
/// Ioctls by name: <c>[$kept[,$kept] =] NAME [on=$descriptor] field=value …</c>. The size field is the struct's, unless it is
/// given. <c>+OFFSET[.BYTES]=value</c> puts bytes where no field is; <c>border=N</c> has only N bytes in front of an unmapped
/// page, <c>rofrom=N</c> only N in front of a read-only page, <c>arg=VALUE</c> passes something else than the struct.
/// </summary>
public sealed partial class Compiler
{
    private const ulong MostWatched = 4096;

    private void Call(string[] targets, string[] words)
    {
        CallShape shape = CallShape.Find(words[0]) ?? throw Wrong($"no call {words[0]}");
        Operand descriptor = _registers.TryGetValue("$iommu", out int iommu) ? Operand.Of(iommu) : ulong.MaxValue;
        Operand? argument = null;
        ulong border = ulong.MaxValue, writable = ulong.MaxValue;
        Type type = shape.Struct ?? typeof(ulong);
        ulong length = shape.Struct is null ? 0 : (ulong)Field.SizeOf(type);
        List<(ulong Offset, ulong Size, Operand Value)> puts = [];
        if (shape.Struct is not null)
            puts.Add((0, 4, length));
        if (shape.Part is not null)
            puts.Add((4, 4, (ulong)shape.Operation));

        foreach (string word in words[1..])
        {
            (string name, string text) = Assignment(word);
            if (name == "on")
                descriptor = Value(text);
            else if (name == "arg")
                argument = Value(text);
            else if (name == "border")
                border = Number(text, null);
            else if (name == "rofrom")
                writable = Number(text, null);
            else if (name.StartsWith('+'))
            {
                string[] place = name[1..].Split('.');
                puts.Add((Number(place[0], null), place.Length > 1 ? ulong.Parse(place[1], CultureInfo.InvariantCulture) : 8, Value(text)));
            }
            else
            {
                Field field = Field.Find(type, name, shape.Part) is { } found && shape.Struct is not null && shape.Has(found) ? found : throw Wrong($"{shape.Name} has no {name}");
                puts.Add(((ulong)field.Offset, (ulong)field.Size, Value(text, field)));
                if (name == shape.SizeField && puts[^1].Value is { Register: < 0, Number: <= AddressPlan.ArgumentBytes and var given })
                    length = Math.Max(length, given);
            }
        }

        ulong at = border != ulong.MaxValue ? AddressPlan.Arguments + AddressPlan.ArgumentBytes - border
            : writable != ulong.MaxValue ? AddressPlan.ReadOnlyArguments + AddressPlan.Page - writable
            : AddressPlan.Arguments;
        ulong mapped = Math.Min(length, border);
        if (writable != ulong.MaxValue)
            Hidden(Opcode.Map, AddressPlan.ReadOnlyArguments, 2 * AddressPlan.Page, 3, 0, ulong.MaxValue, 0);
        if (shape.Struct is not null)
        {
            Hidden(Opcode.Zero, at, mapped);
            foreach ((ulong offset, ulong size, Operand value) in puts)
            {
                if (offset + size <= border)
                    Hidden(Opcode.Put, at + offset, size, value);
            }
        }

        if (writable != ulong.MaxValue)
            Hidden(Opcode.Protect, AddressPlan.ReadOnlyArguments + AddressPlan.Page, AddressPlan.Page, 1);
        bool plain = shape.Struct is null;
        Operand passed = argument ?? (plain ? 0 : at);
        Add(new Meaning(_line, false, shape), Opcode.Ioctl, null, descriptor, shape.Number, passed, plain ? 0 : Math.Min(mapped, MostWatched));
        Keep(targets, shape, passed);
    }

    private void Keep(string[] targets, CallShape shape, Operand argument)
    {
        if (targets.Length == 0)
            return;
        if (shape.GivesDescriptor)
        {
            Hidden(Opcode.Set, Operand.Of(Register(targets[0])), Operand.Of(0));
            return;
        }

        Field[] kept = [.. shape.KeptFields];
        for (int n = 0; n < targets.Length; n++)
        {
            string[] parts = targets[n].Split(':');
            if (parts[0] == "$_")
                continue;
            Field field = (parts.Length > 1 ? Field.Find(shape.Struct!, parts[1], shape.Part) : n < kept.Length ? kept[n] : null) ?? throw Wrong($"nothing to keep in {targets[n]}");
            Hidden(Opcode.Get, Operand.Of(Register(parts[0])), argument with { Number = argument.Number + (ulong)field.Offset }, (ulong)field.Size);
        }
    }
}
