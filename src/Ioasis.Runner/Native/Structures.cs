using System.Runtime.InteropServices;

namespace Ioasis.Runner.Native;

// Structures of the C library and the kernel, with their C names and fields. 64-bit little-endian Linux.
#pragma warning disable IDE1006 // C names
#pragma warning disable CS8981

/// <summary>A piece of memory (sys/uio.h).</summary>
internal unsafe struct iovec
{
    public void* iov_base;
    public nuint iov_len;
}

/// <summary>poll.h.</summary>
internal struct pollfd
{
    public int fd;
    public short events;
    public short revents;
}

/// <summary>fcntl.h, of 64-bit systems.</summary>
internal struct flock
{
    public short l_type;
    public short l_whence;
    public long l_start;
    public long l_len;
    public int l_pid;
}

/// <summary>sys/resource.h.</summary>
internal struct rlimit
{
    public ulong rlim_cur;
    public ulong rlim_max;
}

/// <summary>The fields of siginfo_t that waitid(2) fills in; 128 bytes in all.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct siginfo
{
    [FieldOffset(0)] public int si_signo;
    [FieldOffset(8)] public int si_code;
    [FieldOffset(16)] public int si_pid;
    [FieldOffset(24)] public int si_status;
}

/// <summary>
/// linux/stat.h: the one stat structure that is the same on every architecture, so it is what this process asks for; what clients
/// want to have instead is written by <see cref="Ioasis.Runner.Syscalls.StatLayout"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct statx
{
    public uint stx_mask;
    public uint stx_blksize;
    public ulong stx_attributes;
    public uint stx_nlink;
    public uint stx_uid;
    public uint stx_gid;
    public ushort stx_mode;
    private readonly ushort _spare0;
    public ulong stx_ino;
    public ulong stx_size;
    public ulong stx_blocks;
    public ulong stx_attributes_mask;
    public statx_timestamp stx_atime;
    public statx_timestamp stx_btime;
    public statx_timestamp stx_ctime;
    public statx_timestamp stx_mtime;
    public uint stx_rdev_major;
    public uint stx_rdev_minor;
    public uint stx_dev_major;
    public uint stx_dev_minor;
}

/// <summary>linux/stat.h.</summary>
internal struct statx_timestamp
{
    public long tv_sec;
    public uint tv_nsec;
    private readonly int _reserved;
}

/// <summary>linux/fs.h: PROCMAP_QUERY of /proc/PID/maps (Linux 6.11).</summary>
internal struct procmap_query
{
    public ulong size;
    public ulong query_flags;
    public ulong query_addr;
    public ulong vma_start;
    public ulong vma_end;
    public ulong vma_flags;
    public ulong vma_page_size;
    public ulong vma_offset;
    public ulong inode;
    public uint dev_major;
    public uint dev_minor;
    public uint vma_name_size;
    public uint build_id_size;
    public ulong vma_name_addr;
    public ulong build_id_addr;
}

/// <summary>linux/seccomp.h: what a call was, as filters and listeners see it.</summary>
internal unsafe struct seccomp_data
{
    public int nr;
    public uint arch;
    public ulong instruction_pointer;
    public fixed ulong args[6];
}

/// <summary>linux/seccomp.h. Zeroed before it is received into.</summary>
internal struct seccomp_notif
{
    public ulong id;
    public int pid;
    public uint flags;
    public seccomp_data data;
}

/// <summary>linux/seccomp.h.</summary>
internal struct seccomp_notif_resp
{
    public ulong id;
    public long val;

    /// <summary>Zero, or an error number with a minus sign.</summary>
    public int error;

    public uint flags;
}

/// <summary>linux/seccomp.h.</summary>
internal struct seccomp_notif_addfd
{
    public ulong id;
    public uint flags;
    public int srcfd;
    public int newfd;
    public uint newfd_flags;
}

/// <summary>linux/filter.h: one instruction of a classic BPF program.</summary>
internal struct sock_filter
{
    public ushort code;
    public byte jt;
    public byte jf;
    public uint k;
}

/// <summary>linux/filter.h.</summary>
internal unsafe struct sock_fprog
{
    public ushort len;
    public sock_filter* filter;
}

/// <summary>linux/kvm.h: the argument of KVM_SET_DEVICE_ATTR.</summary>
internal struct kvm_device_attr
{
    public uint flags;
    public uint group;
    public ulong attr;
    public ulong addr;
}

/// <summary>linux/capability.h, version 3: the arguments of capget(2).</summary>
internal struct cap_user_header
{
    public uint version;
    public int pid;
}

/// <summary>linux/capability.h: 32 capabilities; two of these make one set.</summary>
internal struct cap_user_data
{
    public uint effective;
    public uint permitted;
    public uint inheritable;
}
