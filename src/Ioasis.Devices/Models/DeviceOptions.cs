namespace Ioasis.Devices.Models;

/// <summary>What a device's options were chosen to be: each of its model's, with its default or what the user said.</summary>
public sealed class DeviceOptions
{
    private readonly Dictionary<string, object> _values = [];

    internal DeviceOptions()
    {
    }

    /// <summary>Every option at its default.</summary>
    /// <param name="options">The model's options.</param>
    public static DeviceOptions DefaultsOf(IEnumerable<DeviceOption> options)
    {
        var values = new DeviceOptions();
        foreach (DeviceOption option in options)
            values._values[option.Name] = option.DefaultValue;
        return values;
    }

    /// <summary>The value of an option of the model.</summary>
    public T Get<T>(DeviceOption<T> option)
        where T : notnull => (T)_values[option.Name];

    /// <returns>What is wrong with the text; null when nothing is.</returns>
    internal string? Set(DeviceOption option, string text)
    {
        string? problem = option.Read(text, out object value);
        _values[option.Name] = value;
        return problem;
    }
}
