using Ioasis.Engine.Addresses;
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
    private Attachment _requests; // requests without PASID
    private PasidTable? _pasids;

    public IommuSystem System { get; } = system;

    /// <summary>Its number, as in <c>/sys/kernel/iommu_groups</c>.</summary>
    public int Id { get; } = id;

    public Iommu Iommu { get; } = iommu;

    public IReadOnlyList<PhysicalDevice> Members => _members;

    /// <summary>The context whose devices these are now; null when none is bound. Guarded by the system's gate.</summary>
    internal IommuContext? Owner { get; private set; }

    /// <summary>The page table of requests without PASID; null blocks them. Read by DMA.</summary>
    internal PageTable? Table => _requests.Table;

    /// <summary>PASIDs that are attached. Guarded by the owner's lock.</summary>
    internal int PasidCount => _pasids?.Count ?? 0;

    /// <summary>The page table of requests with a PASID, or without one; null blocks them. Read by DMA.</summary>
    internal PageTable? TableOf(Pasid pasid) => pasid.IsNone ? Table : Volatile.Read(ref _pasids)?.Find(pasid);

    /// <summary>The attachment of a valid PASID, or of none. Guarded by the owner's lock.</summary>
    internal ref Attachment AttachmentOf(Pasid pasid)
    {
        if (pasid.IsNone)
            return ref _requests;
        if (_pasids is null)
            Volatile.Write(ref _pasids, new PasidTable());
        return ref _pasids!.PlaceOf(pasid);
    }

    /// <summary>A PASID was attached for the first time (+1), or is attached no more (-1). Guarded by the owner's lock.</summary>
    internal void CountPasid(int change) => _pasids!.Count += change;

    /// <summary>The first PASID from one on that is attached. Guarded by the owner's lock.</summary>
    internal bool TryFindPasid(uint from, out Pasid pasid)
    {
        pasid = default;
        return _pasids is { Count: > 0 } && _pasids.TryFindNext(from, out pasid);
    }

    private int _bound; // devices bound; guarded by the system's gate
    private readonly List<string> _systemUsers = []; // guarded by the system's gate

    /// <summary>Whether somebody has the group: a client, or a driver that does DMA for the system (Linux: its DMA owner is claimed).</summary>
    public bool IsClaimed
    {
        get
        {
            lock (System.Gate)
                return Owner is not null || _systemUsers.Count != 0;
        }
    }

    /// <summary>A driver of a member that does DMA for the system, and so keeps clients away; null without one. The system's gate is held.</summary>
    internal string? SystemUser => _systemUsers.Count == 0 ? null : _systemUsers[0];

    /// <summary>A driver takes a member to do DMA for the system.</summary>
    /// <param name="user">Device and driver, for people.</param>
    /// <returns>False when a client has the group.</returns>
    public bool TryUseForSystem(string user)
    {
        lock (System.Gate)
        {
            if (Owner is not null)
                return false;
            _systemUsers.Add(user);
            return true;
        }
    }

    /// <summary>Undoes one <see cref="TryUseForSystem"/>.</summary>
    public void EndUseForSystem(string user)
    {
        lock (System.Gate)
            _ = _systemUsers.Remove(user);
    }

    internal void Join(PhysicalDevice device) => _members.Add(device);

    /// <summary>Claims the group for a context, once a device. The system's gate is held.</summary>
    internal bool TryClaim(IommuContext context)
    {
        if (_systemUsers.Count != 0 || (Owner is not null && Owner != context))
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
