namespace Ioasis.Devices.Machines;

/// <summary>
/// The kernel modules that clients look for under <c>/sys/module</c>, with the parameters that they read. The values are Linux's
/// defaults, and those by which the system acts.
/// </summary>
public static class ModuleParameters
{
    /// <summary>vfio_iommu_type1: the most mappings of a container.</summary>
    public const uint DmaEntryLimit = 65535;

    /// <summary>Each module, and its parameters.</summary>
    internal static IReadOnlyList<(string Module, (string Name, string Value)[] Parameters)> All { get; } =
    [
        ("iommufd", [("allow_unsafe_interrupts", "N")]),
        ("vfio", [("enable_unsafe_noiommu_mode", "N")]),
        ("vfio_iommu_type1", [("allow_unsafe_interrupts", "N"), ("disable_hugepages", "N"), ("dma_entry_limit", $"{DmaEntryLimit}")]),
        ("vfio_pci", [("disable_denylist", "N"), ("disable_idle_d3", "N"), ("enable_sriov", "N"), ("nointxmask", "N")]),
        ("vfio_pci_core", []),
    ];
}
