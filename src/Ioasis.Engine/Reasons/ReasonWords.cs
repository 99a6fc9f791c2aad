using System.Globalization;

namespace Ioasis.Engine.Reasons;

/// <summary>
/// What the numbers of an API stand for, so that a sentence names the thing: <c>{0:region}</c> of 7 is "7 (configuration space)". A number
/// without a name stays a number. Source: linux/vfio.h, linux/iommufd.h.
/// </summary>
public sealed class ReasonWords : IFormatProvider, ICustomFormatter
{
    public static ReasonWords Provider { get; } = new();

    private ReasonWords()
    {
    }

    /// <summary>A VFIO PCI region index.</summary>
    public static string? Region(ulong index) => index switch
    {
        <= 5 => $"BAR{index}",
        6 => "expansion ROM",
        7 => "configuration space",
        8 => "VGA",
        _ => null,
    };

    /// <summary>A VFIO PCI interrupt index.</summary>
    public static string? Interrupt(ulong index) => index switch { 0 => "INTx", 1 => "MSI", 2 => "MSI-X", 3 => "ERR", 4 => "REQ", _ => null };

    /// <summary>A VFIO device feature: the low 16 bits of its flags.</summary>
    public static string? Feature(ulong feature) => (feature & 0xffff) switch
    {
        0 => "PCI_VF_TOKEN",
        1 => "MIGRATION",
        2 => "MIG_DEVICE_STATE",
        3 => "LOW_POWER_ENTRY",
        4 => "LOW_POWER_ENTRY_WITH_WAKEUP",
        5 => "LOW_POWER_EXIT",
        6 => "DMA_LOGGING_START",
        7 => "DMA_LOGGING_STOP",
        8 => "DMA_LOGGING_REPORT",
        9 => "MIG_DATA_SIZE",
        10 => "BUS_MASTER",
        11 => "DMA_BUF",
        12 => "MIG_PRECOPY_INFOv2",
        13 => "ZPCI_ERROR",
        _ => null,
    };

    /// <summary>What is asked of a feature, and which: the whole of its flags.</summary>
    public static string FeatureFlags(ulong flags)
    {
        const ulong Get = 1 << 16, Set = 1 << 17, Probe = 1 << 18, Known = 0xffff | Get | Set | Probe;
        List<string> words = [];
        if ((flags & Get) != 0)
            words.Add("GET");
        if ((flags & Set) != 0)
            words.Add("SET");
        if ((flags & Probe) != 0)
            words.Add("PROBE");
        if ((flags & ~Known) != 0)
            words.Add($"0x{flags & ~Known:x}");
        return $"{(words.Count == 0 ? "" : string.Join('|', words) + " ")}{Feature(flags) ?? $"feature {flags & 0xffff}"}";
    }

    /// <summary>An IOMMU type of a VFIO container.</summary>
    public static string? IommuType(ulong type) => type switch
    {
        1 => "type 1",
        2 => "SPAPR TCE",
        3 => "type 1 version 2",
        7 => "SPAPR TCE version 2",
        8 => "no IOMMU",
        _ => null,
    };

    /// <summary>An option of IOMMU_OPTION.</summary>
    public static string? Option(ulong option) => option switch { 0 => "RLIMIT_MODE", 1 => "HUGE_PAGES", _ => null };

    /// <inheritdoc/>
    public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

    /// <inheritdoc/>
    public string Format(string? format, object? arg, IFormatProvider? formatProvider)
    {
        if (arg is ulong number)
        {
            string? word = format switch
            {
                "region" => Region(number),
                "interrupt" => Interrupt(number),
                "feature" => Feature(number),
                "type" => IommuType(number),
                "option" => Option(number),
                _ => null,
            };
            if (format == "asked")
                return FeatureFlags(number);
            if (word is not null)
                return string.Create(CultureInfo.InvariantCulture, $"{number} ({word})");
            if (format is "region" or "interrupt" or "feature" or "type" or "option")
                format = null;
        }

        return arg is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : arg?.ToString() ?? "";
    }
}
