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

    private IommuGroup Group => Device.Group;

    /// <summary>The page table that it is attached to; null when it is not attached itself.</summary>
    public HwPageTable? Table
    {
        get
        {
            lock (Context.Gate)
                return AttachedTable;
        }
    }

    public bool IsAttached => Table is not null;

    internal HwPageTable? AttachedTable => Group.Attached.Contains(this) ? Group.Table : null;

    /// <summary>Detaches, gives the device back, and lets go of the context. Call once.</summary>
    public void Unbind()
    {
        lock (Context.Gate)
        {
            DetachLocked();
            Context.Remove(this);
        }

        Context.Release();
    }

    private protected override void OnDestroy()
    {
        lock (Context.System.Gate)
        {
            Device.Bound = null;
            Group.Unclaim();
        }
    }
}
