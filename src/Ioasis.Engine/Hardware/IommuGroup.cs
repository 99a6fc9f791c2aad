using Ioasis.Engine.Dma;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// Devices that the hardware cannot tell apart, or keep apart: they share one owner and one page table. The smallest thing
/// that a context can own.
/// </summary>
public sealed class IommuGroup(IommuSystem system, int id, Iommu iommu)
{
    private readonly List<PhysicalDevice> _members = [];
    private HwPageTable? _table;

    public IommuSystem System { get; } = system;

    /// <summary>Its number, as in <c>/sys/kernel/iommu_groups</c>.</summary>
    public int Id { get; } = id;

    public Iommu Iommu { get; } = iommu;

    public IReadOnlyList<PhysicalDevice> Members => _members;

    /// <summary>The context whose devices these are now; null when none is bound. Guarded by the system's gate.</summary>
    internal IommuContext? Owner { get; private set; }

    /// <summary>Devices that were attached one by one; all others of the group follow. Guarded by the owner's lock.</summary>
    internal List<BoundDevice> Attached { get; } = [];

    /// <summary>The page table of requests without PASID; null blocks them. Written under the owner's lock, read by DMA.</summary>
    internal HwPageTable? Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }

    private int _bound; // devices bound; guarded by the system's gate

    internal void Join(PhysicalDevice device) => _members.Add(device);

    /// <summary>Claims the group for a context, once a device. The system's gate is held.</summary>
    internal bool TryClaim(IommuContext context)
    {
        if (Owner is not null && Owner != context)
            return false;
        if (Owner is null)
            SetOwner(context);
        _bound++;
        return true;
    }

    /// <summary>Undoes one <see cref="TryClaim"/>. The system's gate is held.</summary>
    internal void Unclaim()
    {
        if (--_bound == 0)
            SetOwner(null);
    }

    /// <summary>All devices of the group do DMA through the owner's tables, also those that are not bound themselves.</summary>
    private void SetOwner(IommuContext? owner)
    {
        foreach (PhysicalDevice member in _members)
        {
            foreach (DmaPort port in member.Ports)
            {
                Owner?.Barrier.Remove(port);
                owner?.Barrier.Add(port);
            }
        }

        Owner = owner;
    }
}
