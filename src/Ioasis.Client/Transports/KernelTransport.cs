using System.Runtime.InteropServices;
using Ioasis.Client.Native;

namespace Ioasis.Client.Transports;

/// <summary>
/// The system calls of Linux. They reach the kernel's own <c>/dev/iommu</c>, or the one that this process was started
/// under: it cannot tell the difference.
/// </summary>
public sealed unsafe class KernelTransport : ITransport
{
    private KernelTransport()
    {
    }

    /// <summary>The one that there is; it has no state.</summary>
    public static KernelTransport Instance { get; } = new();

    public CallResult Open(string path)
    {
        int descriptor = LibC.open(path, LibC.O_RDWR | LibC.O_CLOEXEC, 0);
        if (descriptor >= 0)
            return CallResult.Done(descriptor);
        int error = Marshal.GetLastPInvokeError();
        return CallResult.Failure(error, ReasonOfOpen(path, error));
    }

    public void Close(int descriptor) => _ = LibC.close(descriptor);

    public CallResult Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        fixed (byte* pointer = argument)
            return ResultOf(LibC.ioctl(descriptor, request, pointer));
    }

    public CallResult Read(int descriptor, ulong offset, Span<byte> into)
    {
        fixed (byte* pointer = into)
            return ResultOf(LibC.pread(descriptor, pointer, (nuint)into.Length, (long)offset));
    }

    public CallResult Write(int descriptor, ulong offset, ReadOnlySpan<byte> from)
    {
        fixed (byte* pointer = from)
            return ResultOf(LibC.pwrite(descriptor, pointer, (nuint)from.Length, (long)offset));
    }

    public IReadOnlyList<VfioNode> FindDevices() => PciTree.FindDevices();

    public CallResult AllocateMemory(ulong length) => ResultOf(PageMemory.Allocate(length));

    public void FreeMemory(ulong address, ulong length) => PageMemory.Free(address, length);

    private static CallResult ResultOf(nint value) =>
        value == -1 ? CallResult.Failure(Marshal.GetLastPInvokeError()) : CallResult.Done(value);

    /// <summary>Linux tells no reasons, but for the first call that a program makes the usual ones are known.</summary>
    private static string? ReasonOfOpen(string path, int error) => (path, error) switch
    {
        (Iommu.DevicePath, ErrorNumber.ENOENT) =>
            "this system has no /dev/iommu: its kernel lacks CONFIG_IOMMUFD, or the module iommufd is not loaded",
        (_, ErrorNumber.EACCES) => $"this user may not open {path}",
        _ => null,
    };
}
