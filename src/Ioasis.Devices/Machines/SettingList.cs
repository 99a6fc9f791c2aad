namespace Ioasis.Devices.Machines;

/// <summary>
/// One <c>--device</c> or <c>--iommu</c>, or one object of a machine file: what it is (a model, a type), its settings in order,
/// and where it was written, for messages. A setting may come more than once; what that means is the reader's.
/// </summary>
internal sealed class SettingList(string origin, string kind, IReadOnlyList<KeyValuePair<string, string>> settings)
{
    /// <summary>Where it was written, as the user would find it.</summary>
    public string Origin { get; } = origin;

    /// <summary>The model or type.</summary>
    public string Kind { get; } = kind;

    /// <summary>Name and value, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; } = settings;

    /// <summary>Reads <c>KIND[,NAME=VALUE…]</c>.</summary>
    /// <param name="option">The command line option, for messages.</param>
    /// <param name="text">Its value.</param>
    /// <param name="list">The result.</param>
    /// <param name="error">What is wrong, when the result is false.</param>
    public static bool TryParse(string option, string text, out SettingList? list, out string? error)
    {
        list = null;
        error = null;
        string origin = $"{option} {text}";
        string[] parts = text.Split(',');
        var settings = new List<KeyValuePair<string, string>>();
        foreach (string part in parts.AsSpan(1))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                error = $"{origin}: \"{part}\" is not NAME=VALUE";
                return false;
            }
            settings.Add(new(part[..equals], part[(equals + 1)..]));
        }
        list = new SettingList(origin, parts[0], settings);
        return true;
    }

    /// <summary>The value of a setting that may come once; null when it does not come.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="error">Set when it comes twice.</param>
    public string? Single(string name, ref string? error)
    {
        string? value = null;
        foreach (KeyValuePair<string, string> setting in Settings)
        {
            if (setting.Key != name)
                continue;
            if (value is not null)
                error ??= $"{Origin}: {name} is given twice";
            value = setting.Value;
        }
        return value;
    }

    /// <summary>Complains of the first setting that nobody knows.</summary>
    public string? FindUnknown(IReadOnlyCollection<string> known)
    {
        foreach (KeyValuePair<string, string> setting in Settings)
        {
            if (!known.Contains(setting.Key))
                return $"{Origin}: {Kind} has no setting \"{setting.Key}\"; it has {string.Join(", ", known)}";
        }
        return null;
    }
}
