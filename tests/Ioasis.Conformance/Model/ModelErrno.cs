namespace Ioasis.Conformance.Model;

/// <summary>Linux's error numbers that the model gives.</summary>
internal static class ModelErrno
{
    public const int EPERM = 1, ENOENT = 2, EIO = 5, EBADF = 9, EFAULT = 14, EBUSY = 16, EEXIST = 17, EINVAL = 22, ENOTTY = 25, ENOSPC = 28,
        EOVERFLOW = 75, EOPNOTSUPP = 95, EADDRINUSE = 98;
}
