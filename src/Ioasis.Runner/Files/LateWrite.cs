using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Files;

/// <summary>
/// Writes to a file of sysfs that no filter saw, because the client had moved its descriptor below the range, or wrote by other means. They
/// went into the stand-in, and are carried out when that is closed: late, but not lost.
/// </summary>
internal static unsafe class LateWrite
{
    private const int Page = 4096;

    /// <summary>Carries out what was written, if something was.</summary>
    /// <param name="open">The file, closed by its clients.</param>
    /// <param name="complain">Is told of a failure, which the client cannot be told any more.</param>
    public static void CarryOut(OpenFile open, Action<string> complain)
    {
        if (open.File is not AttributeFile attribute || !open.IsWritableAttribute)
            return;
        byte* text = stackalloc byte[Page];
        nint length = LibC.pread(open.StandIn, text, Page, 0);
        if (length <= 0)
            return;
        Reason why = default;
        Task? pending = null;
        Errno errno = attribute.Store(new ReadOnlySpan<byte>(text, (int)length), ref pending, ref why);
        if (errno.Failed)
            complain($"what was written to {attribute.Path} was seen when it was closed, and cannot be done: {errno}: {why}");
    }
}
