using System.Globalization;

namespace Ioasis.Conformance.Language;

/// <summary>Linux's names of the error numbers (x86-64 and arm64) that calls here can give.</summary>
public static class ErrnoName
{
    private static readonly Dictionary<long, string> s_names = new()
    {
        [1] = "EPERM", [2] = "ENOENT", [3] = "ESRCH", [4] = "EINTR", [5] = "EIO", [6] = "ENXIO", [7] = "E2BIG", [9] = "EBADF", [10] = "ECHILD",
        [11] = "EAGAIN", [12] = "ENOMEM", [13] = "EACCES", [14] = "EFAULT", [16] = "EBUSY", [17] = "EEXIST", [19] = "ENODEV", [20] = "ENOTDIR", [22] = "EINVAL",
        [23] = "ENFILE", [24] = "EMFILE", [25] = "ENOTTY", [27] = "EFBIG", [28] = "ENOSPC", [29] = "ESPIPE", [32] = "EPIPE", [33] = "EDOM", [34] = "ERANGE",
        [38] = "ENOSYS", [42] = "ENOMSG", [61] = "ENODATA", [62] = "ETIME", [71] = "EPROTO", [75] = "EOVERFLOW", [77] = "EBADFD", [90] = "EMSGSIZE", [95] = "EOPNOTSUPP",
        [98] = "EADDRINUSE", [105] = "ENOBUFS", [110] = "ETIMEDOUT", [114] = "EALREADY", [524] = "ENOTSUPP",
    };

    public static string Of(long number) => s_names.GetValueOrDefault(number) ?? string.Create(CultureInfo.InvariantCulture, $"errno {number}");
}
