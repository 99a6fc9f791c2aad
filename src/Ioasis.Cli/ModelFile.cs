using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Ioasis.Devices.Models;

namespace Ioasis.Cli;

/// <summary>
/// A device model in an assembly of the user's, named where a model's name could stand: <c>--device ./my-device.dll[,OPTION=VALUE…]</c>. It is
/// the value of the first public static field or property of a public type.
/// </summary>
internal static class ModelFile
{
    /// <summary>Loads the assembly that a device names, if it names one, and makes its model known.</summary>
    /// <param name="device">What the user wrote; the model's name stands there instead of the file afterwards.</param>
    /// <param name="error">What is wrong, when the result is false.</param>
    public static bool TryLoad(ref string device, [NotNullWhen(false)] out string? error)
    {
        error = null;
        int end = device.IndexOf(',', StringComparison.Ordinal);
        string file = end < 0 ? device : device[..end];
        if (!file.Contains('/', StringComparison.Ordinal) && !file.EndsWith(".dll", StringComparison.Ordinal))
            return true;
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            error = $"--device {file}: this ioasis is compiled ahead of time, and loads no assemblies: IOASIS_BUILD=managed ./ioasis does, or write a host (docs/write-a-device.md)";
            return false;
        }

        try
        {
            if (FindModel(Path.GetFullPath(file)) is not { } model)
            {
                error = $"--device {file}: no public type has a public static {nameof(DeviceModel)}";
                return false;
            }

            DeviceModels.Add(model);
            device = model.Name + device[file.Length..];
            return true;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or UnauthorizedAccessException or TypeLoadException or ReflectionTypeLoadException
            or TargetInvocationException or TypeInitializationException or ArgumentException)
        {
            error = $"--device {file}: " + e switch
            {
                FileNotFoundException => "there is no such file, or one that it needs is missing",
                BadImageFormatException => "no .NET assembly",
                _ => (e.InnerException ?? e).Message,
            };
            return false;
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where code is not compiled ahead of time, and so not trimmed.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "As above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    private static DeviceModel? FindModel(string file)
    {
        const BindingFlags Static = BindingFlags.Public | BindingFlags.Static;
        foreach (Type type in Assembly.LoadFrom(file).GetExportedTypes())
        {
            if (type.ContainsGenericParameters)
                continue;
            if (Array.Find(type.GetFields(Static), field => field.FieldType == typeof(DeviceModel)) is { } field)
                return (DeviceModel?)field.GetValue(null);
            if (Array.Find(type.GetProperties(Static), property => property.PropertyType == typeof(DeviceModel)) is { } property)
                return (DeviceModel?)property.GetValue(null);
        }

        return null;
    }
}
