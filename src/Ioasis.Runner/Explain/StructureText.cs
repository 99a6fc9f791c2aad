using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Ioasis.Runner.Explain;

/// <summary>Puts a structure in words.</summary>
/// <param name="command">The ioctl that it belongs to.</param>
/// <param name="bytes">Its bytes, and perhaps more.</param>
internal delegate string StructureWords(uint command, ReadOnlySpan<byte> bytes);

/// <summary>
/// A C structure in words, field by field under its C names: 64-bit numbers in hexadecimal (addresses and lengths), others in
/// decimal, flags by name. What says nothing is left out: the structure's own size, reserved fields, and small fields that are 0.
/// </summary>
internal static class StructureText
{
    /// <summary>Bytes that hold any of the structures.</summary>
    public const int Room = 128;

    private static readonly string[] s_sizes = ["size", "argsz"];

    public static string Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] T>(uint command, ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        object structure = MemoryMarshal.Read<T>(bytes);
        StringBuilder text = new();
        FieldInfo[] fields = typeof(T).GetFields(BindingFlags.Public | BindingFlags.Instance);
        foreach (FieldInfo field in fields)
        {
            bool isOwnSize = field == fields[0] && s_sizes.Contains(field.Name);
            if (isOwnSize || field.Name.Contains("reserved", StringComparison.Ordinal))
                continue;
            object content = field.GetValue(structure)!;
            bool saysNothing = content is 0ul && field.Name.EndsWith("ptr", StringComparison.Ordinal); // an optional pointer that is not given
            string? word = content is Enum or uint ? FieldWords.Of(command, field.Name, Convert.ToUInt64(content, CultureInfo.InvariantCulture)) : null;
            if (!saysNothing && (word ?? ValueOf(content)) is { } value)
                text.Append(text.Length == 0 ? "" : ", ").Append(field.Name).Append(' ').Append(value);
        }

        return text.ToString();
    }

    /// <returns>Null for a 0 that says nothing (one that is an address or a descriptor does), and for what is no number.</returns>
    private static string? ValueOf(object value) => value switch
    {
        Enum flags => Convert.ToUInt64(flags, CultureInfo.InvariantCulture) == 0 ? null : flags.ToString().Replace(", ", "|", StringComparison.Ordinal),
        ulong number => $"0x{number:x}",
        int number => $"{number}",
        uint or ushort or byte => Convert.ToUInt64(value, CultureInfo.InvariantCulture) == 0 ? null : $"{value}",
        _ => null,
    };
}
