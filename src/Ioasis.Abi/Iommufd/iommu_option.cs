namespace Ioasis.Abi;

/// <summary>The options that <see cref="iommu_option"/> reads and sets.</summary>
public enum iommufd_option : uint
{
    /// <summary>Who is charged for pinned memory: 0 the user (default), 1 the process. Of the whole descriptor: object ID zero.</summary>
    IOMMU_OPTION_RLIMIT_MODE = 0,

    /// <summary>Whether page tables may use large pages: 1 yes (default), 0 no. Of one address space: its ID.</summary>
    IOMMU_OPTION_HUGE_PAGES = 1,
}

/// <summary>What to do with an option. As wide as <see cref="iommu_option.op"/>.</summary>
public enum iommufd_option_ops : ushort
{
    /// <summary>Set it.</summary>
    IOMMU_OPTION_OP_SET = 0,

    /// <summary>Read it.</summary>
    IOMMU_OPTION_OP_GET = 1,
}

/// <summary>Argument of <see cref="Iommufd.IOMMU_OPTION"/>: reads or sets one option.</summary>
/// <remarks>
/// <para>Errors: EPERM setting RLIMIT_MODE without CAP_SYS_RESOURCE; EBUSY setting it while the descriptor has any object; EINVAL a value
/// other than 0 and 1, or HUGE_PAGES switched off while a page table is in use with mappings.</para>
/// <para>Source: <c>linux/iommufd.h</c>.</para>
/// </remarks>
public struct iommu_option
{
    /// <summary>The fewest bytes that Linux accepts: the struct up to and including <see cref="val64"/>.</summary>
    public const int MinimumSize = 24;

    /// <summary>In: bytes of this struct that the caller provides.</summary>
    public uint size;

    /// <summary>In: which option.</summary>
    public iommufd_option option_id;

    /// <summary>In: read or set.</summary>
    public iommufd_option_ops op;

    /// <summary>In: zero.</summary>
    public ushort __reserved;

    /// <summary>In: the object that has the option, or zero for one of the whole descriptor.</summary>
    public uint object_id;

    /// <summary>In, when setting: the value. Out, when reading: the value.</summary>
    public ulong val64;
}
