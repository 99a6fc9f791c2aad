using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ioasis.Conformance.Language;

/// <summary>A field of one of the ABI's structs, found by reflection: a case names it, and an outcome shows it.</summary>
/// <param name="Name">Linux's name; of a struct inside a struct, "outer.inner".</param>
/// <param name="Offset">Bytes from the start.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Type">Its type: an enum gives names to the values.</param>
public sealed record Field(string Name, int Offset, int Size, Type Type)
{
    private static readonly Dictionary<Type, IReadOnlyList<Field>> s_known = [];

    /// <summary>All fields of a struct, those of structs inside it included, in the order of the header.</summary>
    public static IReadOnlyList<Field> Of(Type type)
    {
        lock (s_known)
        {
            if (!s_known.TryGetValue(type, out IReadOnlyList<Field>? fields))
                s_known.Add(type, fields = [.. Flatten(type, "", 0)]);
            return fields;
        }
    }

    /// <summary>The size of a struct, in bytes.</summary>
    public static int SizeOf(Type type) => RuntimeHelpers.SizeOf(type.TypeHandle);

    /// <summary>A field by its name, or by the part behind the dot, in the part of a union that counts.</summary>
    public static Field? Find(Type type, string name, string? part = null) =>
        Of(type).FirstOrDefault(one => one.Name == name) ?? Of(type).FirstOrDefault(one => part is not null && one.Name == $"{part}.{name}");

    /// <summary>The value of a word such as <c>READABLE|WRITEABLE</c>: names end like those of the enum's members.</summary>
    public ulong? Number(string word)
    {
        if (!Type.IsEnum)
            return null;
        string? name = Enum.GetNames(Type).FirstOrDefault(one => one == word)
            ?? Enum.GetNames(Type).FirstOrDefault(one => one.EndsWith("_" + word, StringComparison.Ordinal));
        return name is null ? null : Convert.ToUInt64(Enum.Parse(Type, name), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static IEnumerable<Field> Flatten(Type type, string prefix, int start)
    {
        int next = 0;
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            Type of = field.FieldType;
            int size = SizeOf(of), alignment = AlignmentOf(of);
            int offset = field.GetCustomAttribute<FieldOffsetAttribute>()?.Value ?? (next + alignment - 1) / alignment * alignment;
            next = offset + size;
            if (of.IsPrimitive || of.IsEnum || of.GetCustomAttribute<InlineArrayAttribute>() is not null)
                yield return new Field(prefix + field.Name, start + offset, size, of);
            else
            {
                foreach (Field inner in Flatten(of, prefix + field.Name + ".", start + offset))
                    yield return inner;
            }
        }
    }

    private static int AlignmentOf(Type type) => type.IsPrimitive || type.IsEnum
        ? SizeOf(type)
        : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Max(field => AlignmentOf(field.FieldType));
}
