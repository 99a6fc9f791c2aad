namespace Ioasis.Dispatch.Files;

/// <summary>The Linux capabilities that calls here ask for (linux/capability.h); the value is the bit number.</summary>
public enum Capability
{
    /// <summary>CAP_IPC_LOCK: pinned pages are not charged.</summary>
    IpcLock = 14,

    /// <summary>CAP_SYS_RAWIO.</summary>
    SysRawio = 17,

    /// <summary>CAP_SYS_ADMIN.</summary>
    SysAdmin = 21,

    /// <summary>CAP_SYS_RESOURCE: the accounting mode may be changed.</summary>
    SysResource = 24,
}
