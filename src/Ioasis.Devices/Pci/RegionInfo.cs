using Ioasis.Abi;

namespace Ioasis.Devices.Pci;

/// <summary>A region of a function as a client sees it.</summary>
/// <param name="Size">Bytes; 0 for a region that the function lacks.</param>
/// <param name="Flags">What can be done with it.</param>
public readonly record struct RegionInfo(ulong Size, vfio_region_info_flags Flags);
