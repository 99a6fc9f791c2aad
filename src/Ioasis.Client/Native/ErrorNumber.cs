using System.Runtime.InteropServices;

namespace Ioasis.Client.Native;

/// <summary>Names of Linux's error numbers (asm-generic/errno-base.h and errno.h).</summary>
internal static class ErrorNumber
{
    public const int ENOENT = 2, EINTR = 4, EIO = 5, EBADF = 9, EAGAIN = 11, EACCES = 13, ENODEV = 19, EMSGSIZE = 90;

    /// <summary>The name of a number, or the number itself for one that the calls here do not give.</summary>
    public static string NameOf(int error) => error switch
    {
        1 => "EPERM",
        ENOENT => "ENOENT",
        3 => "ESRCH",
        EINTR => "EINTR",
        EIO => "EIO",
        6 => "ENXIO",
        7 => "E2BIG",
        EBADF => "EBADF",
        EAGAIN => "EAGAIN",
        12 => "ENOMEM",
        EACCES => "EACCES",
        14 => "EFAULT",
        16 => "EBUSY",
        17 => "EEXIST",
        18 => "EXDEV",
        ENODEV => "ENODEV",
        20 => "ENOTDIR",
        21 => "EISDIR",
        22 => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        25 => "ENOTTY",
        27 => "EFBIG",
        28 => "ENOSPC",
        29 => "ESPIPE",
        30 => "EROFS",
        32 => "EPIPE",
        34 => "ERANGE",
        35 => "EDEADLK",
        38 => "ENOSYS",
        40 => "ELOOP",
        61 => "ENODATA",
        62 => "ETIME",
        71 => "EPROTO",
        75 => "EOVERFLOW",
        77 => "EBADFD",
        EMSGSIZE => "EMSGSIZE",
        95 => "EOPNOTSUPP",
        98 => "EADDRINUSE",
        110 => "ETIMEDOUT",
        114 => "EALREADY",
        115 => "EINPROGRESS",
        116 => "ESTALE",
        _ => $"errno {error}",
    };

    /// <summary>The C library's words for a number.</summary>
    public static string TextOf(int error) => Marshal.GetPInvokeErrorMessage(error);
}
