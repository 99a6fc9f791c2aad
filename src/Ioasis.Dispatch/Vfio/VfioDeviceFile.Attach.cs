using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Vfio;

/// <summary>VFIO_DEVICE_ATTACH_IOMMUFD_PT and VFIO_DEVICE_DETACH_IOMMUFD_PT: which address space the device's DMA goes through.</summary>
internal sealed partial class VfioDeviceFile
{
    /// <summary>pt_id is the last mandatory field.</summary>
    private const int TableIdOffset = vfio_device_attach_iommufd_pt.MinimumSize - sizeof(uint);

    /// <summary>Where both structures keep a PASID, which is mandatory with its flag only.</summary>
    private const int AttachWithPasidSize = 16, DetachWithPasidSize = 12;

    private Errno Attach(in VfioCall call, ref Reason why)
    {
        const vfio_device_attach_flags Known = vfio_device_attach_flags.VFIO_DEVICE_ATTACH_PASID;
        const string name = nameof(vfio_device_attach_iommufd_pt);
        Errno errno = call.Take(vfio_device_attach_iommufd_pt.MinimumSize, name, out vfio_device_attach_iommufd_pt attach, ref why);
        if (errno.Failed)
            return errno;
        if ((attach.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)attach.flags, (ulong)Known, name: name);
        if (attach.flags != 0)
        {
            errno = call.Take(AttachWithPasidSize, name, out attach, ref why);
            if (errno.Failed)
                return errno;
        }

        Pasid pasid = attach.flags == 0 ? Pasid.None : new Pasid(attach.pasid);
        ObjectId table = new(attach.pt_id);
        PinAttempt attempt = new();
        DmaEnding ending;
        do
        {
            lock (device.Gate)
            {
                if (device.Bound is not { } bound)
                    return why.Because(ReasonCode.DeviceNotBound, VFIO_DEVICE_ATTACH_IOMMUFD_PT, name: DeviceName);
                errno = bound.AttachOrReplace(pasid, ref table, ref attempt, out ending, ref why);
            }
        }
        while (attempt.IsToBeRepeated());
        ending.Finish();
        if (errno.Failed)
            return errno;
        uint id = table.Value;
        errno = call.Write(TableIdOffset, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in id)), ref why);
        if (errno.Failed)
            Detach(pasid);
        return errno;
    }

    private Errno Detach(in VfioCall call, ref Reason why)
    {
        const vfio_device_detach_flags Known = vfio_device_detach_flags.VFIO_DEVICE_DETACH_PASID;
        const string name = nameof(vfio_device_detach_iommufd_pt);
        Errno errno = call.Take(vfio_device_detach_iommufd_pt.MinimumSize, name, out vfio_device_detach_iommufd_pt detach, ref why);
        if (errno.Failed)
            return errno;
        if ((detach.flags & ~Known) != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, (ulong)detach.flags, (ulong)Known, name: name);

        if (detach.flags != 0)
        {
            errno = call.Take(DetachWithPasidSize, name, out detach, ref why);
            if (errno.Failed)
                return errno;
        }

        Detach(detach.flags == 0 ? Pasid.None : new Pasid(detach.pasid));
        return Errno.Success;
    }

    private void Detach(Pasid pasid)
    {
        DmaEnding ending;
        lock (device.Gate)
        {
            if (device.Bound is not { } bound)
                return; // closed in between
            ending = bound.BeginDetach(pasid);
        }

        ending.Finish();
    }
}
