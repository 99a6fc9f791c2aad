using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>
/// A device bound to a context: what <c>dev_id</c> names. It lives until its device file unbinds it; IOMMU_DESTROY cannot
/// remove it.
/// </summary>
/// <remarks>Guarded by the context's lock. Split by verb: Attach.</remarks>
public sealed partial class BoundDevice : EngineObject
{
    internal const string KindName = "device";

    internal BoundDevice(IommuContext context, PhysicalDevice device)
        : base(context) => Device = device;

    public override string Kind => KindName;

    public PhysicalDevice Device { get; }

    /// <summary>The vDevice that stands for it. Guarded by the context's lock.</summary>
    internal VirtualDevice? Virtual { get; set; }

    private IommuGroup Group => Device.Group;

    /// <summary>The page table that its requests without PASID go through; null when it is not attached itself.</summary>
    public PageTable? Table => TableOf(Pasid.None);

    public bool IsAttached => Table is not null;

    /// <summary>The page table that it is attached to for requests with a PASID, or without one; null when it is not.</summary>
    public PageTable? TableOf(Pasid pasid)
    {
        lock (Context.Gate)
            return IsAttachedLocked(pasid) ? Group.TableOf(pasid) : null;
    }

    /// <summary>Detaches, gives the device back, and lets go of the context. Call once.</summary>
    public void Unbind()
    {
        BeginDetachPasids().Finish();
        BeginUnbind().Finish();
        Context.Release();
    }

    /// <summary>
    /// Detaches, and gives the device back. When it has left its own locks, the caller finishes what is returned, and releases the context.
    /// </summary>
    public DmaEnding BeginUnbind()
    {
        DmaEnding ending = new(Context);
        lock (Context.Gate)
            UnbindLocked(ref ending);
        return ending;
    }

    /// <summary>
    /// Detaches all PASIDs, of which there may be a million, in parts between which others get the context's lock: before
    /// <see cref="BeginUnbind"/>, with no lock held. The caller finishes what is returned.
    /// </summary>
    public DmaEnding BeginDetachPasids()
    {
        DmaEnding ending = new(Context);
        uint from = 1;
        while (DetachSomePasids(ref from, ref ending))
            LockTime.LetOthers();
        return ending;
    }

    internal void UnbindLocked(ref DmaEnding ending)
    {
        if (Virtual is not null)
            Context.Bury(Virtual);
        DetachAllLocked(ref ending);
        Context.Remove(this);
    }

    private protected override void OnDestroy()
    {
        Device.ForgetPageRequests();
        lock (Context.System.Gate)
        {
            Device.Bound = null;
            Group.Unclaim();
        }
    }
}
