using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ioasis.Client.Tests.Surface;

/// <summary>Writes down what an assembly offers: a line a member, in an order that does not change by itself.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(KindOf(type)).Append(' ').Append(type.FullName).Append(BasesOf(type)).Append('\n');
            IEnumerable<string> members = type.IsEnum
                ? Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}")
                : type.GetMembers(Declared).Select(Describe).OfType<string>().Order(StringComparer.Ordinal);
            foreach (string member in members)
                text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string BasesOf(Type type)
    {
        if (type.IsEnum)
            return "";
        IEnumerable<Type> bases = type.GetInterfaces().OrderBy(NameOf, StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases = bases.Prepend(parent);
        string text = string.Join(", ", bases.Select(NameOf));
        return text.Length == 0 ? "" : $" : {text}";
    }

    private static string? Describe(MemberInfo member)
    {
        if (member.GetCustomAttribute<CompilerGeneratedAttribute>() is not null)
            return null; // what a record has of itself
        return member switch
        {
            ConstructorInfo one when IsOffered(one) => $"new({ParametersOf(one)})",
            MethodInfo { IsSpecialName: false } one when IsOffered(one) => $"{StaticOf(one)}{NameOf(one.ReturnType)} {one.Name}{GenericsOf(one)}({ParametersOf(one)})",
            PropertyInfo one when one.GetAccessors().Length != 0 =>
                $"{StaticOf(one.GetAccessors()[0])}{NameOf(one.PropertyType)} {one.Name}{IndexOf(one)} {{{(one.GetMethod is { IsPublic: true } ? " get;" : "")}{(one.SetMethod is { IsPublic: true } ? " set;" : "")} }}",
            FieldInfo { IsPublic: true } one => $"{(one.IsLiteral ? "const " : "")}{NameOf(one.FieldType)} {one.Name}",
            EventInfo one => $"event {NameOf(one.EventHandlerType!)} {one.Name}",
            _ => null,
        };
    }

    private static bool IsOffered(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string StaticOf(MethodBase method) => method.IsStatic ? "static " : "";

    private static string GenericsOf(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string IndexOf(PropertyInfo property) =>
        property.GetIndexParameters() is { Length: > 0 } index ? $"[{string.Join(", ", index.Select(one => NameOf(one.ParameterType)))}]" : "";

    private static string ParametersOf(MethodBase method) => string.Join(", ", method.GetParameters().Select(one =>
        $"{(one.IsOut ? "out " : one.ParameterType.IsByRef ? "ref " : "")}{NameOf(one.ParameterType)} {one.Name}{(one.HasDefaultValue ? $" = {one.DefaultValue ?? "default"}" : "")}"));

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
            return NameOf(type.GetElementType()!);
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return $"{NameOf(inner)}?";
        if (!type.IsGenericType)
            return type.Name;
        return $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
