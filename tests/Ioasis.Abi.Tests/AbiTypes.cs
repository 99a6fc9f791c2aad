using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Ioasis.Abi.Tests;

/// <summary>What the assembly under test declares, by reflection: structs, enums, and constants with their C names.</summary>
internal static class AbiTypes
{
    private const string FlexibleArrayPrefix = "offsetof_";

    /// <summary>The structs that have a C counterpart. Inline arrays are only the shape of a field.</summary>
    public static readonly Type[] Structs =
        [.. Types().Where(type => type is { IsValueType: true, IsEnum: false } && !type.IsDefined(typeof(InlineArrayAttribute)))];

    public static readonly Type[] Enums = [.. Types().Where(type => type.IsEnum)];

    /// <summary>Every C constant: members of enums, and constants of the static classes and structs.</summary>
    public static readonly FieldInfo[] Constants =
    [
        .. Types().SelectMany(Literals).Where(constant => constant.Name != MinimumSizeName && FlexibleArray(constant) is null),
    ];

    public const string MinimumSizeName = "MinimumSize";

    public static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Instance);

    /// <summary>The C arrays without length at the end of a struct: name, and where it begins in bytes.</summary>
    public static IEnumerable<(string Name, int Offset)> FlexibleArrays(Type type) =>
        from constant in Literals(type)
        let name = FlexibleArray(constant)
        where name is not null
        select (name, (int)constant.GetRawConstantValue()!);

    /// <summary>The struct's <c>MinimumSize</c> in bytes, or null where it has none.</summary>
    public static int? MinimumSize(Type type) => (int?)type.GetField(MinimumSizeName)?.GetRawConstantValue();

    /// <summary>Bytes that the runtime gives to the type.</summary>
    public static int SizeOf(Type type) => RuntimeHelpers.SizeOf(type.TypeHandle);

    /// <summary>
    /// Where the runtime puts the field, in bytes: asked of the field itself, not of the marshaller, which may lay out otherwise.
    /// </summary>
    public static int OffsetOf(FieldInfo field)
    {
        var method = new DynamicMethod("offset", typeof(nint), [], typeof(AbiTypes).Module);
        var il = method.GetILGenerator();
        var instance = il.DeclareLocal(field.DeclaringType!);
        il.Emit(OpCodes.Ldloca, instance);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Ldloca, instance);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Ret);
        return (int)method.CreateDelegate<Func<nint>>()();
    }

    /// <summary>The mock device's structures are in no installed header; Linux's tests compare them.</summary>
    private static Type[] Types() => [.. typeof(Iommufd).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(Iommufd).Namespace)];

    private static IEnumerable<FieldInfo> Literals(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral);

    private static string? FlexibleArray(FieldInfo constant) =>
        constant.Name.StartsWith(FlexibleArrayPrefix, StringComparison.Ordinal) ? constant.Name[FlexibleArrayPrefix.Length..] : null;
}
