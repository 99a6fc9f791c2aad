using System.Collections.Immutable;

namespace Ioasis.Devices.Models;

/// <summary>All device models of this process: those that are part of this library, and those that somebody has added.</summary>
/// <remarks>Thread-safe.</remarks>
public static class DeviceModels
{
    /// <summary>Those that are part of this library. A new one of ours is made known here and nowhere else.</summary>
    public static IReadOnlyList<DeviceModel> BuiltIn { get; } = [Edu.Model, DmaTest.Model];

    private static ImmutableArray<DeviceModel> s_all = [.. BuiltIn];

    public static IReadOnlyList<DeviceModel> All => s_all;

    public static DeviceModel? Find(string name) => s_all.FirstOrDefault(model => model.Name == name);

    /// <summary>Makes a model known: machines that are described from now on can have devices of it.</summary>
    /// <exception cref="ArgumentException">Another model has the name, or it is none.</exception>
    public static void Add(DeviceModel model)
    {
        bool isName = model.Name.Length > 0 && model.Name.All(static one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one == '-');
        if (!isName)
            throw new ArgumentException($"\"{model.Name}\" is no name of a device model: lower-case letters, digits and -", nameof(model));
        ImmutableInterlocked.Update(ref s_all, all => all.Contains(model) ? all : all.Any(one => one.Name == model.Name)
            ? throw new ArgumentException($"there is a device model \"{model.Name}\" already", nameof(model))
            : all.Add(model));
    }
}
