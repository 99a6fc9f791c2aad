using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Tables;

/// <summary>
/// A paging HWPT. It is a view of an IOAS as one IOMMU can show it (aperture, page sizes), and holds no translations of its
/// own.
/// </summary>
public sealed partial class HwPageTable : PageTable
{
    internal HwPageTable(Ioas space, Iommu iommu, bool automatic, in PagingFormat format)
        : base(space, iommu)
    {
        Automatic = automatic;
        Format = format;
        Previous = this;
        space.Users++;
    }

    /// <summary>Made by attaching a device to an IOAS; goes when the last device is detached.</summary>
    public bool Automatic { get; }

    /// <summary>What it can translate.</summary>
    public PagingFormat Format { get; }

    /// <summary>Nested HWPTs and vIOMMUs may stand on it (IOMMU_HWPT_ALLOC_NEST_PARENT).</summary>
    public bool NestParent { get; internal set; }

    /// <summary>The next page table of the same IOAS, in order of creation; null after the last.</summary>
    internal HwPageTable? Next;

    /// <summary>The one before it; before the first comes the last, so that an IOAS need not remember that one.</summary>
    internal HwPageTable Previous;

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
        base.OnDestroy();
        Space.Users--;
    }
}
