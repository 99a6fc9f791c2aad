using Ioasis.Abi;
using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Faults;

/// <summary>One page request of a device (PCIe 10.4, Page Request Message): it wants an address that is not, or not so, mapped.</summary>
/// <param name="Pasid">The PASID of the DMA; <see cref="Pasid.None"/> without one.</param>
/// <param name="GroupId">The device's number for the requests that belong together.</param>
/// <param name="Access">What it wants to do.</param>
/// <param name="Address">The IOVA.</param>
/// <param name="IsLast">The last one of its group: the group is complete.</param>
public readonly record struct PageRequest(Pasid Pasid, uint GroupId, iommu_hwpt_pgfault_perm Access, ulong Address, bool IsLast);
