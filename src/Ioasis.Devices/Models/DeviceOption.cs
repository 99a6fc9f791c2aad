using Ioasis.Devices.Machines;

namespace Ioasis.Devices.Models;

/// <summary>Something about a device that its user can choose, as <c>name=value</c>.</summary>
/// <param name="name">As the user writes it.</param>
/// <param name="default">What it is when nobody says, as the user would write it.</param>
/// <param name="summary">One line for people.</param>
public abstract class DeviceOption(string name, string @default, string summary)
{
    private const ulong SmallestBar = 4096;

    public string Name { get; } = name;

    /// <summary>What it is when nobody says, as the user would write it.</summary>
    public string Default { get; } = @default;

    public string Summary { get; } = summary;

    /// <summary>Reads a value.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="value">The value, when it is one.</param>
    /// <returns>What is wrong with it, to follow the text ("is no number from 1 to 4"); null when nothing is.</returns>
    internal abstract string? Read(string text, out object value);

    /// <summary>The value of <see cref="Default"/>.</summary>
    internal abstract object DefaultValue { get; }

    /// <summary>A number: decimal or hexadecimal (0x), with K, M, G or T behind for powers of 1,024.</summary>
    /// <param name="name">As the user writes it.</param>
    /// <param name="default">What it is when nobody says.</param>
    /// <param name="least">Smallest value, inclusive.</param>
    /// <param name="last">Largest value, inclusive.</param>
    /// <param name="summary">One line for people.</param>
    public static DeviceOption<ulong> Number(string name, ulong @default, ulong least, ulong last, string summary) =>
        new(name, TextOf(@default), summary, text => Machines.Number.TryParse(text, out ulong value) && value >= least && value <= last
            ? (value, null)
            : (0, $"is no number from 0x{least:x} to 0x{last:x}"));

    /// <summary>The size of a BAR in bytes: a power of two from a page up, or 0 for none.</summary>
    /// <inheritdoc cref="Number"/>
    public static DeviceOption<ulong> BarSize(string name, ulong @default, ulong last, string summary)
    {
        DeviceOption<ulong> number = Number(name, @default, 0, last, summary);
        return new DeviceOption<ulong>(name, number.Default, summary, text =>
        {
            (ulong value, string? problem) = number.Parse(text);
            return (value, problem ?? (value == 0 || (ulong.IsPow2(value) && value >= SmallestBar) ? null : "is no size of memory: a power of two from 4K up, or 0"));
        });
    }

    /// <summary>Something that is on or off.</summary>
    /// <inheritdoc cref="Number"/>
    public static DeviceOption<bool> Flag(string name, bool @default, string summary) =>
        new(name, @default ? "on" : "off", summary, text => text is "on" or "off" ? (text == "on", null) : (false, "is not on or off"));

    /// <summary>One of several words.</summary>
    /// <param name="name">As the user writes it.</param>
    /// <param name="words">The words; the first one is the default.</param>
    /// <param name="summary">One line for people.</param>
    public static DeviceOption<string> Choice(string name, IReadOnlyList<string> words, string summary) =>
        new(name, words[0], summary, text => words.Contains(text) ? (text, null) : ("", $"is none of {string.Join(", ", words)}"));

    /// <summary>A file, by its path; empty when none is named. Whether it can be used is for the model to find out, when it is made.</summary>
    /// <param name="name">As the user writes it.</param>
    /// <param name="summary">One line for people.</param>
    public static DeviceOption<string> File(string name, string summary) => new(name, "", summary, static text => (text, null));

    private static string TextOf(ulong value) =>
        value < 4096 ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"0x{value:x}";
}

/// <summary>An option whose values have a type. Made by <see cref="DeviceOption"/>'s methods.</summary>
public sealed class DeviceOption<T> : DeviceOption
    where T : notnull
{
    internal DeviceOption(string name, string @default, string summary, Func<string, (T Value, string? Problem)> parse)
        : base(name, @default, summary)
    {
        Parse = parse;
        (T value, string? problem) = parse(@default);
        if (problem is not null)
            throw new ArgumentException($"option {name}: its default \"{@default}\" {problem}", nameof(@default));
        DefaultValue = value;
    }

    internal override object DefaultValue { get; }

    internal Func<string, (T Value, string? Problem)> Parse { get; }

    internal override string? Read(string text, out object value)
    {
        (T parsed, string? problem) = Parse(text);
        value = parsed;
        return problem;
    }
}
