using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Iommufd;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Runner.Explain;

/// <summary>Fields of structures, and plain arguments, whose number stands for something with a name.</summary>
internal static class FieldWords
{
    /// <returns>Null where the number says all.</returns>
    public static string? Of(uint command, string field, ulong value) => (command, field) switch
    {
        (VFIO_DEVICE_GET_REGION_INFO, "index") => Named(value, ReasonWords.Region(value)),
        (VFIO_DEVICE_GET_IRQ_INFO or VFIO_DEVICE_SET_IRQS, "index") => Named(value, ReasonWords.Interrupt(value)),
        (VFIO_DEVICE_FEATURE, "flags") => ReasonWords.FeatureFlags(value),
        (IOMMU_OPTION, "option_id") => Named(value, ReasonWords.Option(value)),
        (IOMMU_OPTION, "op") => value switch { 0 => "SET", 1 => "GET", _ => null },
        _ => null,
    };

    /// <summary>The argument of an ioctl that takes a number in place of a structure.</summary>
    public static string OfArgument(uint command, ulong argument) => command switch
    {
        VFIO_SET_IOMMU or VFIO_CHECK_EXTENSION => Named(argument, ReasonWords.IommuType(argument)),
        _ => "",
    };

    private static string Named(ulong value, string? name) => name is null ? $"{value}" : $"{value} ({name})";
}
