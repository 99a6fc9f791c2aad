using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Tables;

/// <summary>
/// A paging HWPT: what devices are attached to. It is a view of an IOAS as one IOMMU can show it (aperture, page sizes),
/// and holds no translations of its own.
/// </summary>
/// <remarks>Guarded by the context's lock; DMA reads <see cref="Space"/>, which never changes.</remarks>
public sealed class HwPageTable : EngineObject
{
    internal const string KindName = "HWPT";

    internal HwPageTable(Ioas space, Iommu iommu, bool automatic)
        : base(space.Context)
    {
        Space = space;
        Iommu = iommu;
        Automatic = automatic;
        space.Users++;
    }

    public override string Kind => KindName;

    public Ioas Space { get; }

    public Iommu Iommu { get; }

    /// <summary>Made by attaching a device to an IOAS; goes when the last device is detached.</summary>
    public bool Automatic { get; }

    /// <summary>The next page table of the same IOAS.</summary>
    internal HwPageTable? Next;

    private bool _linked; // among its IOAS's views

    /// <summary>Makes it a view of its IOAS: every area is pinned, and must fit. On failure nothing has changed.</summary>
    /// <returns>As <see cref="Ioas.AddTable"/>.</returns>
    internal Errno Link(ref Reason why)
    {
        Errno errno = Space.AddTable(this, ref why);
        _linked = errno.Succeeded;
        return errno;
    }

    private protected override void OnDestroy()
    {
        if (_linked)
            Space.RemoveTable(this);
        Space.Users--;
    }
}
