using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// One IOMMU of the machine: what it can translate, and which formats of user-managed tables it has. The machine description
/// makes it; everything that depends on hardware (aperture, page sizes, capabilities, GET_HW_INFO) is derived from it. A type
/// with formats of its own overrides what it is asked.
/// </summary>
/// <remarks>Its properties never change. What it is asked about objects is asked with their context's lock held.</remarks>
public class Iommu(string name, IommuType type)
{
    public string Name { get; } = name;

    public IommuType Type { get; } = type;

    /// <summary>Addresses that the tables can translate, both ends inclusive.</summary>
    public AddressRange Aperture { get; init; } = new(0, ulong.MaxValue);

    /// <summary>Page sizes that a table can hold: bit n set means 2^n bytes.</summary>
    public ulong PageSizes { get; init; } = 1ul << 12 | 1ul << 21 | 1ul << 30;

    /// <summary>Tables can record which pages devices wrote to (IOMMU_HWPT_ALLOC_DIRTY_TRACKING).</summary>
    public bool DirtyTracking { get; init; }

    /// <summary>Bits that PASIDs may have; 0: requests with PASID are not translated.</summary>
    public int PasidBits { get; init; }

    /// <summary>What kind of identification registers <see cref="Info"/> holds (IOMMU_GET_HW_INFO).</summary>
    public iommu_hw_info_type InfoType { get; init; } = iommu_hw_info_type.IOMMU_HW_INFO_TYPE_NONE;

    /// <summary>The identification registers, as the structure of <see cref="InfoType"/>; empty for none.</summary>
    public ReadOnlyMemory<byte> Info { get; init; }

    /// <summary>It makes every DMA cache-coherent, whatever the device asks for (no snoop), when told to; VFIO always does.</summary>
    public bool EnforcesCoherency { get; init; }

    /// <summary>Any PASID table is the user's: requests with a PASID that is not attached belong to the nested HWPT of the device.</summary>
    public virtual bool HasUserPasidTables => false;

    /// <summary>Whether a table made for one IOMMU serves a device behind another: Linux compares drivers, some drivers more.</summary>
    internal virtual bool Accepts(PageTable table) => table.Iommu == this;

    /// <summary>The device can track dirty pages through this IOMMU.</summary>
    public virtual bool CanTrackDirty(PhysicalDevice device) => DirtyTracking;

    /// <summary>Finds the identification registers of a requested kind.</summary>
    /// <param name="requested">The kind, or DEFAULT for the one that there is.</param>
    /// <param name="why">EOPNOTSUPP: it has no such registers.</param>
    public Errno FindInfo(iommu_hw_info_type requested, ref Reason why) =>
        requested == iommu_hw_info_type.IOMMU_HW_INFO_TYPE_DEFAULT || requested == InfoType
            ? Errno.Success
            : why.Because(ReasonCode.HardwareInfoTypeUnknown, (ulong)requested, name: Name);

    /// <summary>Describes the paging table that a client asks for.</summary>
    /// <param name="device">The device that it is made for.</param>
    /// <param name="flags">What it shall be able to do; the fault flag is not among them.</param>
    /// <param name="data">The format's own parameters; none for the default.</param>
    /// <param name="format">What it will be able to translate.</param>
    /// <param name="why">EOPNOTSUPP: it cannot do that; EINVAL, EFAULT: the parameters.</param>
    internal virtual Errno Describe(
        PhysicalDevice device, iommufd_hwpt_alloc_flags flags, in UserData data, out PagingFormat format, ref Reason why)
    {
        iommufd_hwpt_alloc_flags known = DirtyTracking ? iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_DIRTY_TRACKING : 0;
        if (PasidBits != 0 || Type == IommuType.Vtd) // a driver of Linux that takes the flag even where no PASID can be sent
            known |= iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID;
        format = new PagingFormat(Aperture, PageSizes);
        if ((flags & ~known) != 0)
            return why.Because(ReasonCode.HwptFlagUnsupported, (ulong)flags, name: device.Name);
        return data.IsNone
            ? Errno.Success
            : why.Because(ReasonCode.HwptDataTypeUnsupported, data.Type, name: device.Name);
    }

    /// <summary>Makes a nested table over a parent, or over that of a vIOMMU.</summary>
    /// <returns>EOPNOTSUPP: there is no such format; EINVAL, EFAULT: the parameters.</returns>
    internal virtual Errno Nest(
        HwPageTable parent, VirtualIommu? virtualIommu, iommufd_hwpt_alloc_flags flags, in UserData data, out NestedPageTable? made, ref Reason why)
    {
        made = null;
        return why.Because(ReasonCode.HwptNestingUnsupported, parent.Id.Value, name: Name);
    }

    /// <summary>Whether there are vIOMMUs of a type.</summary>
    /// <returns>EOPNOTSUPP: there are none.</returns>
    internal virtual Errno CheckVirtual(uint type, ref Reason why) => why.Because(ReasonCode.VirtualIommuTypeUnknown, type, name: Name);

    /// <summary>Makes a vIOMMU of a type that <see cref="CheckVirtual"/> let through.</summary>
    /// <returns>EINVAL, EFAULT: the parameters.</returns>
    internal virtual Errno Virtualize(HwPageTable parent, uint type, in UserData data, out VirtualIommu? made, ref Reason why)
    {
        made = null;
        return CheckVirtual(type, ref why);
    }

    /// <summary>A device is about to be attached to a table; the last word of the hardware.</summary>
    /// <returns>EINVAL: it does not go with the device; ENODEV: no page requests; EOPNOTSUPP: no PASIDs.</returns>
    internal virtual Errno Attach(PhysicalDevice device, PageTable table, Pasid pasid, ref Reason why)
    {
        if (!pasid.IsNone && PasidBits == 0)
            return why.Because(ReasonCode.PasidsUnsupported, pasid.Value, name: Name);
        if (table.Faults is not null && !device.PageRequests)
            return why.Because(ReasonCode.DeviceHasNoPageRequests, table.Id.Value, name: device.Name);
        return Errno.Success;
    }

    /// <summary>A device was detached: its requests are blocked.</summary>
    internal virtual void Detach(PhysicalDevice device, Pasid pasid)
    {
    }
}
