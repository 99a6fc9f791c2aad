using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Vfio;

/// <summary>VFIO_DEVICE_BIND_IOMMUFD, and its end when the file is closed.</summary>
internal sealed partial class VfioDeviceFile
{
    /// <summary>out_devid is the last mandatory field.</summary>
    private const int DeviceIdOffset = vfio_device_bind_iommufd.MinimumSize - sizeof(uint);

    private BoundDevice? _binding; // a bind is under way: it writes the number to its client; under the gate

    /// <summary>Bytes of a token: a UUID.</summary>
    private const int TokenSize = 16;

    /// <summary>
    /// Older clients pass 16 bytes, newer 24 (with a token for SR-IOV); what lies beyond the caller's argsz is neither read nor
    /// written, and only out_devid is written at all.
    /// </summary>
    private Errno Bind(in VfioCall call, ref Reason why)
    {
        const vfio_device_bind_flags Known = vfio_device_bind_flags.VFIO_DEVICE_BIND_FLAG_TOKEN;
        Errno errno = TakeBind(in call, out vfio_device_bind_iommufd bind, ref why);
        if (errno.Failed)
            return errno;
        if (bind.iommufd < 0)
            return why.Because(ReasonCode.DescriptorNegative, (ulong)-(long)bind.iommufd, name: nameof(bind.iommufd));
        if ((bind.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)bind.flags, (ulong)Known, name: nameof(vfio_device_bind_iommufd));

        if (throughGroup)
            return why.Because(ReasonCode.DeviceOpenedByGroup, name: DeviceName);
        errno = device.Group.Block(ref why);
        if (errno.Failed)
            return errno;
        errno = Bind(in call, in bind, ref why);
        if (errno.Failed)
            device.Group.Unblock();
        return errno;
    }

    /// <summary>
    /// The client's memory is read and written without the gate. So the number is written while the device is bound already, but to a
    /// file that nobody can use; when that is closed meanwhile, the device is free again, whatever becomes of the write.
    /// </summary>
    private Errno Bind(in VfioCall call, in vfio_device_bind_iommufd bind, ref Reason why)
    {
        if (_granted)
            return AlreadyBound(ref why);
        if (Function.HasVanished)
            return why.Because(ReasonCode.DeviceRemoved, name: DeviceName);
        if (bind.flags != 0)
        {
            Span<byte> token = stackalloc byte[TokenSize];
            return call.Caller.Memory.Read(new HostAddress(bind.token_uuid_ptr), token) == TokenSize
                ? why.Because(ReasonCode.TokenNotExpected, name: DeviceName)
                : why.Because(ReasonCode.ArgumentUnreadable, bind.token_uuid_ptr, TokenSize);
        }

        Errno errno = FindContext(call.Caller, bind.iommufd, out IommuContext? context, ref why);
        if (errno.Failed)
            return errno;
        BoundDevice? bound;
        lock (device.Gate)
        {
            if (_granted)
                return AlreadyBound(ref why);
            if (Function.HasVanished)
                return why.Because(ReasonCode.DeviceRemoved, name: DeviceName);
            errno = context!.Bind(Function.Physical, out bound, ref why);
            if (errno.Failed)
                return errno;
            Function.Open();
            device.Bound = bound;
            device.OpenCount = 1;
            _binding = bound;
        }

        uint id = bound!.Id.Value;
        errno = call.Write(DeviceIdOffset, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in id)), ref why);
        lock (device.Gate)
        {
            if (_binding != bound)
                return why.Because(ReasonCode.DeviceNotBound, VFIO_DEVICE_BIND_IOMMUFD, name: DeviceName); // closed in between
            _binding = null;
            if (errno.Succeeded)
            {
                ShareMemory();
                _granted = true;
                return errno;
            }
        }

        Free(bound);
        return errno;
    }

    private Errno AlreadyBound(ref Reason why)
    {
        lock (device.Gate)
            return why.Because(ReasonCode.DeviceAlreadyBound, device.Bound?.Id.Value ?? 0, name: DeviceName);
    }

    /// <summary>The reverse of binding, when the file is closed; also of a bind whose client does not deliver the memory for its answer.</summary>
    private void Unbind()
    {
        BoundDevice? bound;
        lock (device.Gate)
        {
            bound = _granted ? device.Bound : _binding;
            if (bound is null)
                return;
            _binding = null;
        }

        Free(bound);
        if (_granted)
            device.Group.Unblock(); // else the bind does that when it ends
    }

    private void Free(BoundDevice bound)
    {
        Function.StopDma(); // what it may wait for, it waits for without the gate
        lock (device.Gate)
            device.Close();
        DmaEnding pasids = bound.BeginDetachPasids(), ending;
        lock (device.Gate)
        {
            ending = bound.BeginUnbind();
            device.Bound = null;
            device.OpenCount = 0;
        }

        pasids.Finish();
        ending.Finish();
        bound.Context.Release();
    }

    private static Errno TakeBind(in VfioCall call, out vfio_device_bind_iommufd bind, ref Reason why)
    {
        bind = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<vfio_device_bind_iommufd>(ref bind));
        Errno errno = call.Read(0, bytes[..sizeof(uint)], ref why);
        if (errno.Failed)
            return errno;
        uint argsz = bind.argsz;
        if (argsz < vfio_device_bind_iommufd.MinimumSize)
            return why.Because(ReasonCode.ArgszTooShort, argsz, vfio_device_bind_iommufd.MinimumSize, name: nameof(vfio_device_bind_iommufd));
        errno = call.Read(0, bytes[..(int)Math.Min(argsz, (uint)bytes.Length)], ref why);
        return errno.Failed ? errno : CheckTail(in call, bytes.Length, argsz, ref why);
    }

    /// <summary>What the caller knows and we do not must be zero.</summary>
    private static Errno CheckTail(in VfioCall call, int known, uint argsz, ref Reason why)
    {
        Span<byte> chunk = stackalloc byte[256];
        for (uint at = (uint)known; at < argsz;)
        {
            Span<byte> part = chunk[..(int)Math.Min((uint)chunk.Length, argsz - at)];
            Errno errno = call.Read((int)at, part, ref why);
            if (errno.Failed)
                return errno;
            int nonZero = part.IndexOfAnyExcept((byte)0);
            if (nonZero >= 0)
                return why.Because(ReasonCode.TailNotZero, argsz, (ulong)known, at + (ulong)nonZero);
            at += (uint)part.Length;
        }
        return Errno.Success;
    }

    private static Errno FindContext(ICaller caller, int descriptor, out IommuContext? context, ref Reason why)
    {
        context = null;
        Errno errno = caller.FindFile(descriptor, out DeviceFile? file, ref why);
        if (errno.Failed)
            return errno;
        if (file is not IommufdFile iommufd)
            return why.Because(ReasonCode.NotAnIommufd, (ulong)descriptor);
        context = iommufd.Context;
        return Errno.Success;
    }
}
