using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Legacy;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.vfio_pci_hot_reset_flags;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// VFIO_DEVICE_RESET, and the reset of a whole bus, which a bridge above can do: whoever asks for it must own every device behind
/// that bridge. A device that was bound by its own path proves that by its iommufd, one from a group by descriptors of all groups.
/// </summary>
internal sealed partial class VfioDeviceFile
{
    private ResetSet Set => device.Set;

    private Errno Reset(ref Reason why)
    {
        if (!Function.CanReset)
            return why.Because(ReasonCode.DeviceNotResettable, name: DeviceName);
        if (Function.HasVanished)
            return why.Because(ReasonCode.ResetUnsupported, name: DeviceName);
        Function.Reset();
        return Errno.Success;
    }

    private unsafe Errno GetHotResetInfo(in VfioCall call, ref Reason why)
    {
        const int At = vfio_pci_hot_reset_info.offsetof_devices;
        Errno errno = call.Take(
            vfio_pci_hot_reset_info.MinimumSize, nameof(vfio_pci_hot_reset_info), out vfio_pci_hot_reset_info info, ref why);
        if (errno.Failed)
            return errno;
        if (!Set.CanReset)
            return why.Because(ReasonCode.NoBusReset, name: DeviceName);

        info.flags = 0;
        info.count = (uint)Set.Devices.Count;
        uint room = (info.argsz - At) / (uint)sizeof(vfio_pci_dependent_device);
        if (info.count > room)
        {
            errno = call.Give(in info, vfio_pci_hot_reset_info.MinimumSize, ref why);
            return errno.Failed ? errno : why.Because(ReasonCode.ResetListTooShort, room, info.count);
        }

        Span<vfio_pci_dependent_device> devices = new vfio_pci_dependent_device[info.count];
        lock (device.Gate)
            info.flags = Describe(devices);
        errno = call.Write(At, MemoryMarshal.AsBytes(devices), ref why);
        return errno.Failed ? errno : call.Give(in info, vfio_pci_hot_reset_info.MinimumSize, ref why);
    }

    /// <summary>Names the devices of the set: by their objects in this device's iommufd, or by groups. The gate is held.</summary>
    private vfio_pci_hot_reset_flags Describe(Span<vfio_pci_dependent_device> devices)
    {
        vfio_pci_hot_reset_flags flags = throughGroup ? 0 : VFIO_PCI_HOT_RESET_FLAG_DEV_ID | VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED;
        for (int i = 0; i < devices.Length; i++)
        {
            VfioDevice one = Set.Devices[i];
            ushort rid = one.Function.Address.Rid.Value;
            devices[i] = new vfio_pci_dependent_device
            {
                segment = one.Function.Address.Domain, bus = (byte)(rid >> 8), devfn = (byte)rid,
                devid = throughGroup ? (uint)one.Group.Group.Id : NumberOf(one),
            };
            if (!throughGroup && devices[i].devid == vfio_pci_dependent_device.VFIO_PCI_DEVID_NOT_OWNED)
                flags &= ~VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED;
        }

        return flags;
    }

    /// <summary>What a device of the set is to this device's iommufd: an object, owned with its group, or somebody else's.</summary>
    private uint NumberOf(VfioDevice one)
    {
        IommuContext mine = device.Bound!.Context;
        if (one.Bound is { } bound && bound.Context == mine)
            return bound.Id.Value;
        return mine.Owns(one.Group.Group) ? vfio_pci_dependent_device.VFIO_PCI_DEVID_OWNED : vfio_pci_dependent_device.VFIO_PCI_DEVID_NOT_OWNED;
    }

    private Errno HotReset(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_pci_hot_reset.MinimumSize, nameof(vfio_pci_hot_reset), out vfio_pci_hot_reset reset, ref why);
        if (errno.Failed)
            return errno;
        if (reset.flags != 0)
            return why.Because(ReasonCode.VfioFlagsInvalid, reset.flags, name: nameof(vfio_pci_hot_reset));
        if (reset.count != 0 != throughGroup)
            return why.Because(throughGroup ? ReasonCode.HotResetWithoutGroups : ReasonCode.HotResetByGroups, reset.count);
        if (!Set.CanReset)
            return why.Because(ReasonCode.NoBusReset, name: DeviceName);

        VfioGroup[] groups = [];
        if (throughGroup)
        {
            errno = TakeGroups(in call, reset.count, out groups, ref why);
            if (errno.Failed)
                return errno;
        }

        lock (device.Gate)
        {
            foreach (VfioDevice one in Set.Devices)
            {
                bool owned = throughGroup
                    ? Array.IndexOf(groups, one.Group) >= 0
                    : NumberOf(one) != vfio_pci_dependent_device.VFIO_PCI_DEVID_NOT_OWNED;
                if (!owned)
                    return why.Because(ReasonCode.HotResetNotOwned, (ulong)one.Group.Group.Id, name: one.Function.Physical.Name);
            }

            foreach (VfioDevice one in Set.Devices)
                one.Function.Reset();
            return Errno.Success;
        }
    }

    /// <summary>The groups behind the descriptors in the array; more than one a device make no sense.</summary>
    private Errno TakeGroups(in VfioCall call, uint count, out VfioGroup[] groups, ref Reason why)
    {
        groups = [];
        if (count > Set.Devices.Count)
            return why.Because(ReasonCode.HotResetTooManyGroups, count, (ulong)Set.Devices.Count);
        int[] descriptors = new int[count];
        Errno errno = call.Read(vfio_pci_hot_reset.offsetof_group_fds, MemoryMarshal.AsBytes(descriptors.AsSpan()), ref why);
        if (errno.Failed)
            return errno;
        groups = new VfioGroup[count];
        for (int i = 0; i < descriptors.Length; i++)
        {
            errno = call.Caller.FindFile(descriptors[i], out DeviceFile? file, ref why);
            if (errno.Failed)
                return errno;
            if (file is not GroupFile group)
                return why.Because(ReasonCode.NotAGroup, (uint)descriptors[i]);
            groups[i] = group.Group;
        }

        return Errno.Success;
    }
}
