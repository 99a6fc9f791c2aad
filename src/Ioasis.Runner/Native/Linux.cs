namespace Ioasis.Runner.Native;

/// <summary>
/// Numbers of the Linux user interface that are the same on x86-64 and arm64. Those that differ are in
/// <see cref="Ioasis.Runner.Syscalls.SyscallTable"/>.
/// </summary>
internal static class Linux
{
    // Error numbers (asm-generic/errno*.h).
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int ENOMEM = 12;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOTTY = 25;
    public const int EXDEV = 18;
    public const int E2BIG = 7;
    public const int ERANGE = 34;
    public const int ENAMETOOLONG = 36;
    public const int ENOTEMPTY = 39;
    public const int ENODATA = 61;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int ECONNREFUSED = 111;
    public const int EFBIG = 27;
    public const int ESPIPE = 29;
    public const int EROFS = 30;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
    public const int EINPROGRESS = 115;

    // open(2): fcntl.h.
    public const int O_ACCMODE = 3;
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NOCTTY = 0x100;
    public const int O_TRUNC = 0x200;
    public const int O_APPEND = 0x400;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    // *at(2).
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_EACCESS = 0x200;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_EMPTY_PATH = 0x1000;

    public const int AT_SYMLINK_FOLLOW = 0x400;
    public const int AT_NO_AUTOMOUNT = 0x800;
    public const int AT_RECURSIVE = 0x8000;
    public const uint OPEN_TREE_CLONE = 1;

    // openat2(2): linux/openat2.h.
    public const ulong RESOLVE_NO_XDEV = 1;
    public const ulong RESOLVE_NO_MAGICLINKS = 2;
    public const ulong RESOLVE_NO_SYMLINKS = 4;
    public const ulong RESOLVE_BENEATH = 8;
    public const ulong RESOLVE_IN_ROOT = 16;

    // access(2).
    public const int X_OK = 1;
    public const int W_OK = 2;
    public const int R_OK = 4;

    // Kinds of files: the top bits of st_mode.
    public const uint S_IFMT = 0xF000;
    public const uint S_IFDIR = 0x4000;
    public const uint S_IFCHR = 0x2000;
    public const uint S_IFREG = 0x8000;
    public const uint S_IFLNK = 0xA000;

    // Kinds of files as getdents64(2) gives them.
    public const byte DT_CHR = 2;
    public const byte DT_DIR = 4;
    public const byte DT_REG = 8;
    public const byte DT_LNK = 10;

    // Filesystems, as statfs(2) names them (linux/magic.h).
    public const long TMPFS_MAGIC = 0x01021994;
    public const long SYSFS_MAGIC = 0x62656572;

    public const int AF_UNIX = 1;

    public const uint STATX_BASIC_STATS = 0x7ff;
    public const uint STATX_INO = 0x100;

    // fcntl(2).
    public const int F_DUPFD = 0;
    public const int F_GETFD = 1;
    public const int FD_CLOEXEC = 1;
    public const int F_OFD_GETLK = 36;
    public const int F_OFD_SETLK = 37;
    public const short F_RDLCK = 0;
    public const short F_WRLCK = 1;
    public const short F_UNLCK = 2;
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int F_SETSIG = 10;
    public const int F_GETSIG = 11;
    public const int F_ADD_SEALS = 1033;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int F_SEAL_SEAL = 1;
    public const int F_SEAL_SHRINK = 2;
    public const int F_SEAL_GROW = 4;

    // Requests that every descriptor knows (asm-generic/ioctls.h).
    public const uint FIONCLEX = 0x5450;
    public const uint FIOCLEX = 0x5451;
    public const uint FIOASYNC = 0x5452;
    public const uint FIONBIO = 0x5421;

    public const int SEEK_SET = 0;
    public const int SEEK_CUR = 1;
    public const int SEEK_END = 2;

    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int PROT_EXEC = 4;
    public const int MAP_SHARED = 1;
    public const int MAP_NORESERVE = 0x4000;
    public const int MAP_PRIVATE = 2;
    public const int MAP_TYPE = 15;
    public const int MAP_ANONYMOUS = 0x20;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    public const uint MFD_CLOEXEC = 1;
    public const uint MFD_ALLOW_SEALING = 2;

    // inotify(7).
    public const uint IN_CLOSE_WRITE = 0x8;
    public const uint IN_CLOSE_NOWRITE = 0x10;
    public const uint IN_Q_OVERFLOW = 0x4000;
    public const uint IN_IGNORED = 0x8000;
    public const uint FIONREAD = 0x541B; // asm-generic/ioctls.h
    public const uint IN_DONT_FOLLOW = 0x02000000;

    // poll(2), epoll(7).
    public const short POLLIN = 1;
    public const short POLLOUT = 4;
    public const short POLLHUP = 0x10;
    public const uint EPOLLIN = 1;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;

    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;

    // waitid(2).
    public const int P_ALL = 0;
    public const int P_PID = 1;
    public const int WNOHANG = 1;
    public const int WEXITED = 4;
    public const int WNOWAIT = 0x01000000;
    public const int __WALL = 0x40000000;
    public const int CLD_EXITED = 1;

    public const uint PIDFD_THREAD = 0x80;

    public const int PR_SET_CHILD_SUBREAPER = 36;
    public const int PR_SET_NO_NEW_PRIVS = 38;

    public const int RLIMIT_FSIZE = 1;
    public const int RLIMIT_NOFILE = 7;
    public const int RLIMIT_MEMLOCK = 8;

    // linux/seccomp.h.
    public const int SECCOMP_SET_MODE_FILTER = 1;
    public const int SECCOMP_GET_ACTION_AVAIL = 2;
    public const int SECCOMP_GET_NOTIF_SIZES = 3;
    public const uint SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
    public const uint SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32;
    public const uint SECCOMP_RET_ALLOW = 0x7fff0000;
    public const uint SECCOMP_RET_USER_NOTIF = 0x7fc00000;
    public const uint SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1;
    public const uint SECCOMP_ADDFD_FLAG_SETFD = 1;
    public const uint SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP = 1;
    public const uint SECCOMP_IOCTL_NOTIF_RECV = 0xC0502100;
    public const uint SECCOMP_IOCTL_NOTIF_SEND = 0xC0182101;
    public const uint SECCOMP_IOCTL_NOTIF_ID_VALID = 0x40082102;
    public const uint SECCOMP_IOCTL_NOTIF_ADDFD = 0x40182103;
    public const uint SECCOMP_IOCTL_NOTIF_SET_FLAGS = 0x40082104;

    // linux/fs.h: PROCMAP_QUERY.
    public const uint PROCMAP_QUERY = 0xC0686611;
    public const ulong PROCMAP_QUERY_VMA_READABLE = 1;
    public const ulong PROCMAP_QUERY_VMA_WRITABLE = 2;
    public const ulong PROCMAP_QUERY_VMA_SHARED = 8;

    public const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    public const int KCMP_VM = 1;

    /// <summary>linux/kvm.h: _IOW(0xAE, 0xe1, struct kvm_device_attr).</summary>
    public const uint KVM_SET_DEVICE_ATTR = 0x4018AEE1;
}
