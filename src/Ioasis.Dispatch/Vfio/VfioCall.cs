using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// One ioctl on a VFIO device: who calls, and where the structure lies. VFIO's length protocol: the structure begins with
/// argsz, its mandatory part is read whole before argsz is looked at, and only what a call defines is written back.
/// </summary>
internal readonly ref struct VfioCall(ICaller caller, ulong argument)
{
    public ICaller Caller { get; } = caller;

    /// <summary>Reads the mandatory part of a structure; the rest is zero.</summary>
    /// <param name="minimumSize">Bytes of the mandatory part.</param>
    /// <param name="name">The structure's name, for the reason.</param>
    /// <param name="value">The structure.</param>
    /// <param name="why">EFAULT: it cannot be read; EINVAL: argsz is too small.</param>
    public Errno Take<T>(int minimumSize, string name, out T value, ref Reason why)
        where T : unmanaged
    {
        value = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        Errno errno = Read(0, bytes[..minimumSize], ref why);
        if (errno.Failed)
            return errno;
        uint argsz = Unsafe.As<T, uint>(ref value);
        return argsz < minimumSize ? why.Because(ReasonCode.ArgszTooShort, argsz, (ulong)minimumSize, name: name) : Errno.Success;
    }

    /// <summary>Reads bytes of the argument.</summary>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="into">Where they go.</param>
    /// <param name="why">EFAULT: not all can be read.</param>
    public Errno Read(int offset, Span<byte> into, ref Reason why) =>
        Caller.Memory.Read(new HostAddress(argument + (ulong)offset), into) == into.Length
            ? Errno.Success
            : why.Because(ReasonCode.ArgumentUnreadable, argument + (ulong)offset, (ulong)into.Length);

    /// <summary>Writes the first bytes of a structure.</summary>
    public Errno Give<T>(in T value, int size, ref Reason why)
        where T : unmanaged => Write(0, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))[..size], ref why);

    /// <summary>Writes bytes of the argument.</summary>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="from">The bytes.</param>
    /// <param name="why">EFAULT: not all can be written.</param>
    public Errno Write(int offset, ReadOnlySpan<byte> from, ref Reason why) =>
        Caller.Memory.Write(new HostAddress(argument + (ulong)offset), from) == from.Length
            ? Errno.Success
            : why.Because(ReasonCode.ArgumentUnwritable, argument + (ulong)offset, (ulong)from.Length);
}
