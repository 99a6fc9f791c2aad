namespace Ioasis.Client.Transports;

/// <summary>
/// The system calls that the library makes: to Linux, or to an implementation of <c>/dev/iommu</c> elsewhere. The arguments
/// of ioctls are Linux's, byte for byte; pointers in them are addresses of this process.
/// </summary>
/// <remarks>
/// All members may be called from any thread. Failures come back as a result and not as an exception. Eventfds are not in
/// here: they are Linux's own in every implementation.
/// </remarks>
public interface ITransport
{
    /// <summary>open(2) of a character device, for reading and writing.</summary>
    /// <returns>The descriptor, which means something to this transport only.</returns>
    CallResult Open(string path);

    /// <summary>close(2). Call once for each descriptor, after the last call on it has returned.</summary>
    void Close(int descriptor);

    /// <summary>ioctl(2).</summary>
    /// <param name="descriptor">From <see cref="Open"/>.</param>
    /// <param name="request">The request number.</param>
    /// <param name="argument">The structure whose address is the third argument; empty for 0.</param>
    CallResult Ioctl(int descriptor, uint request, Span<byte> argument);

    /// <summary>pread(2).</summary>
    /// <returns>Bytes read; fewer than asked for when there are no more.</returns>
    CallResult Read(int descriptor, ulong offset, Span<byte> into);

    /// <summary>pwrite(2).</summary>
    /// <returns>Bytes written.</returns>
    CallResult Write(int descriptor, ulong offset, ReadOnlySpan<byte> from);

    /// <summary>The PCI devices that have a VFIO character device, in the order of their addresses.</summary>
    IReadOnlyList<VfioNode> FindDevices();

    /// <summary>Allocates zeroed, page-aligned memory of this process that may be mapped for DMA.</summary>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    /// <returns>The address.</returns>
    CallResult AllocateMemory(ulong length);

    /// <summary>Frees such memory. What is pinned for DMA stays behind its mappings: those pages go when the last mapping goes.</summary>
    void FreeMemory(ulong address, ulong length);
}
