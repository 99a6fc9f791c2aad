namespace Ioasis.Engine.Objects;

/// <summary>Against what pinned pages are counted (<c>IOMMU_OPTION_RLIMIT_MODE</c>).</summary>
public enum PinCharging : byte
{
    /// <summary>The pages of all processes of the user together (RLIMIT_MODE 0, the default).</summary>
    User,

    /// <summary>The pages of the process (RLIMIT_MODE 1).</summary>
    Process,

    /// <summary>Not limited: the caller had CAP_IPC_LOCK when it mapped.</summary>
    Unlimited,

    /// <summary>Locked rather than pinned pages of the process (VmLck, not VmPin): a legacy container.</summary>
    Locked,

    /// <summary>The same, not limited: the caller had CAP_IPC_LOCK when it mapped.</summary>
    LockedUnlimited,

    /// <summary>Memory of a device, which a legacy container maps without pinning or counting it.</summary>
    DeviceMemory,
}
