using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Machines;

/// <summary>
/// What hardware the clients see: IOMMUs and the devices behind them. From command line options, a file, or both together;
/// with neither, one VT-d with an <c>edu</c> and a <c>dmatest</c>. Every value is chosen and checked: building the machine
/// cannot fail.
/// </summary>
public sealed record MachineDescription(IReadOnlyList<IommuDescription> Iommus, IReadOnlyList<DeviceDescription> Devices)
{
    /// <summary>Most devices that a machine can have.</summary>
    public const int MostDevices = 256;

    /// <summary>Most IOMMUs that a machine can have.</summary>
    public const int MostIommus = 256;

    /// <summary>Longest complaint, in characters: what was written may be long.</summary>
    private const int LongestError = 400;

    /// <summary>The machine that there is when nobody says anything.</summary>
    public static MachineDescription Default { get; } =
        TryParse([], [], null, null, out MachineDescription? machine, out string? error) ? machine! : throw new InvalidOperationException(error);

    /// <summary>Reads a description.</summary>
    /// <param name="iommus">The values of all <c>--iommu</c>: <c>TYPE[,NAME=VALUE…]</c>.</param>
    /// <param name="devices">The values of all <c>--device</c>: <c>MODEL[,NAME=VALUE…]</c>. They come after the file's.</param>
    /// <param name="fileName">What the machine file is called, for messages; null without one.</param>
    /// <param name="fileText">What it holds; null without one.</param>
    /// <param name="machine">The result.</param>
    /// <param name="error">
    /// One line that says what is wrong and where, when the result is false. Fit to be shown, whatever was written: <see cref="PlainText"/>.
    /// </param>
    public static bool TryParse(
        IReadOnlyList<string> iommus, IReadOnlyList<string> devices, string? fileName, string? fileText,
        out MachineDescription? machine, out string? error)
    {
        error = Read(iommus, devices, fileName, fileText, out machine);
        if (error is null)
            return true;
        error = PlainText.Of(error, LongestError);
        return false;
    }

    private static string? Read(
        IReadOnlyList<string> iommus, IReadOnlyList<string> devices, string? fileName, string? fileText, out MachineDescription? machine)
    {
        machine = null;
        var iommuSettings = new List<SettingList>();
        var deviceSettings = new List<SettingList>();
        string? error = fileText is null ? null : MachineFile.Read(fileName ?? "machine", fileText, iommuSettings, deviceSettings);
        error ??= AddOptions("--iommu", iommus, iommuSettings) ?? AddOptions("--device", devices, deviceSettings);
        if (error is not null)
            return error;

        if (iommuSettings.Count == 0)
            iommuSettings.Add(new SettingList("the default machine", IommuDefaults.All[0].Word, []));
        if (deviceSettings.Count == 0)
            deviceSettings.AddRange([new("the default machine", "edu", []), new("the default machine", "dmatest", [])]);

        error = IommuReader.Read(iommuSettings, out List<IommuDescription> iommuList);
        if (error is not null)
            return error;
        error = new DeviceReader(iommuList).Read(deviceSettings, out List<DeviceDescription> deviceList);
        if (error is not null)
            return error;
        machine = new MachineDescription(iommuList, deviceList);
        return null;
    }

    private static string? AddOptions(string option, IReadOnlyList<string> values, List<SettingList> into)
    {
        foreach (string value in values)
        {
            if (!SettingList.TryParse(option, value, out SettingList? settings, out string? error))
                return error;
            into.Add(settings!);
        }
        return null;
    }
}
