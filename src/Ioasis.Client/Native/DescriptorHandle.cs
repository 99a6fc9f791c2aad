using System.Runtime.InteropServices;
using Ioasis.Client.Transports;

namespace Ioasis.Client.Native;

/// <summary>
/// Owns one descriptor of a transport: closed once, after the last call on it has returned. A call on a disposed one throws
/// <see cref="ObjectDisposedException"/> and reaches nobody.
/// </summary>
internal sealed class DescriptorHandle : SafeHandle
{
    public DescriptorHandle(ITransport transport, int descriptor)
        : base(-1, ownsHandle: true)
    {
        Transport = transport;
        SetHandle(descriptor);
    }

    public ITransport Transport { get; }

    public override bool IsInvalid => handle == -1;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IommuException">It could not be opened.</exception>
    public static DescriptorHandle Open(ITransport transport, string path)
    {
        CallResult result = transport.Open(path);
        return result.Failed ? throw new IommuException("open", path, result) : new DescriptorHandle(transport, (int)result.Value);
    }

    /// <summary>ioctl with a structure, which is filled in place.</summary>
    public CallResult Ioctl<T>(uint request, ref T argument)
        where T : unmanaged => Ioctl(request, MemoryMarshal.AsBytes(new Span<T>(ref argument)));

    public CallResult Ioctl(uint request, Span<byte> argument)
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            return Transport.Ioctl((int)handle, request, argument);
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }

    public CallResult Read(ulong offset, Span<byte> into)
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            return Transport.Read((int)handle, offset, into);
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }

    public CallResult Write(ulong offset, ReadOnlySpan<byte> from)
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            return Transport.Write((int)handle, offset, from);
        }
        finally
        {
            if (held)
                DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        Transport.Close((int)handle);
        return true;
    }
}
