namespace Ioasis.Dispatch.Files;

/// <summary>The names of Linux's capabilities, in the order of their numbers (linux/capability.h).</summary>
public static class CapabilityNames
{
    private const string Prefix = "CAP_";

    private static readonly string[] s_names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE",
        "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE",
        "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ];

    /// <summary>Reads a name, in letters of any case, with CAP_ before it or without. One that no call asks for is as good as any.</summary>
    public static bool TryParse(string name, out Capability capability)
    {
        string bare = name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? name[Prefix.Length..] : name;
        int number = Array.FindIndex(s_names, one => one.Equals(bare, StringComparison.OrdinalIgnoreCase));
        capability = (Capability)number;
        return number >= 0;
    }
}
