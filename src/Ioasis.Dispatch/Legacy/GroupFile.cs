using System.Runtime.InteropServices;
using System.Text;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Legacy;

/// <summary>The open <c>/dev/vfio/N</c> of an IOMMU group: which container it is in, and descriptors of its devices.</summary>
internal sealed class GroupFile(VfioGroup group) : DeviceFile
{
    /// <summary>The longest device name that Linux reads, with the zero at its end.</summary>
    private const int MostName = 4096;

    public override string Path => group.Path;

    /// <summary>The group, for a hot reset that wants proof of ownership.</summary>
    public VfioGroup Group => group;

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        VfioCall call = new(caller, argument);
        return command switch
        {
            VFIO_GROUP_GET_STATUS => GetStatus(in call, ref why),
            VFIO_GROUP_SET_CONTAINER => SetContainer(in call, ref why),
            VFIO_GROUP_UNSET_CONTAINER => group.UnsetContainer(ref why),
            VFIO_GROUP_GET_DEVICE_FD => GetDevice(caller, argument, out result, ref why),
            _ => why.Because(ReasonCode.UnknownIoctl, command, name: Path),
        };
    }

    public override Errno CheckMap(ulong offset, ulong length, ref Reason why) => why.Because(ReasonCode.FileWithoutMemory, name: Path);

    public override ReleaseScope Scope => new(group.Path, group.Holder);

    public override void Release() => group.Close();

    /// <summary>Viable: no driver of another device in the group does DMA for the system.</summary>
    private Errno GetStatus(in VfioCall call, ref Reason why)
    {
        Errno errno = call.Take(vfio_group_status.MinimumSize, nameof(vfio_group_status), out vfio_group_status status, ref why);
        if (errno.Failed)
            return errno;
        errno = group.GetStatus(out bool hasContainer, out bool isViable, ref why);
        if (errno.Failed)
            return errno;
        status.flags = (isViable ? vfio_group_flags.VFIO_GROUP_FLAGS_VIABLE : 0) | (hasContainer ? vfio_group_flags.VFIO_GROUP_FLAGS_CONTAINER_SET : 0);
        return call.Give(in status, vfio_group_status.MinimumSize, ref why);
    }

    private Errno SetContainer(in VfioCall call, ref Reason why)
    {
        int descriptor = 0;
        Errno errno = call.Read(0, MemoryMarshal.AsBytes(new Span<int>(ref descriptor)), ref why);
        if (errno.Failed)
            return errno;
        errno = call.Caller.FindFile(descriptor, out DeviceFile? file, ref why);
        if (errno.Succeeded)
            errno = group.CheckWithoutContainer(ref why);
        if (errno.Failed)
            return errno;
        return file switch
        {
            ContainerFile container => group.SetContainer(container.Container, ref why),
            IommufdFile iommufd => group.SetContext(iommufd.Context, ref why),
            _ => why.Because(ReasonCode.NotAContainer, (uint)descriptor),
        };
    }

    /// <summary>The descriptor's number is reserved before the device is opened, and seen by the client after it.</summary>
    private Errno GetDevice(ICaller caller, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        Errno errno = ReadName(caller, argument, out string text, ref why);
        if (errno.Failed)
            return errno;
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        if (group.Find(space < 0 ? text : text.AsSpan(0, space)) is not { } device)
            return why.Because(ReasonCode.NoSuchDeviceInGroup, (ulong)group.Group.Id, name: OneLine(text));

        // Options follow the name. The only one is a token, which wants a virtual function or its parent.
        if (space >= 0 && !text.AsSpan(space).Trim(' ').IsEmpty)
            return why.Because(ReasonCode.DeviceNameInvalid, name: OneLine(text));

        errno = FailurePoint.Allocate("file of a device", ref why);
        if (errno.Failed)
            return errno;
        var file = new VfioDeviceFile(device, VfioDeviceFile.GroupPath, throughGroup: true);
        errno = caller.ReserveDescriptor(file, out int number, ref why);
        if (errno.Failed)
            return errno;
        errno = file.OpenThroughGroup(ref why);
        if (errno.Failed)
        {
            caller.ReturnDescriptor(number);
            return errno;
        }

        caller.InstallDescriptor(number);
        result = number;
        return errno;
    }

    private static Errno ReadName(ICaller caller, ulong address, out string name, ref Reason why)
    {
        name = "";
        Span<byte> text = stackalloc byte[MostName];
        int read = caller.Memory.Read(new HostAddress(address), text);
        int end = text[..read].IndexOf((byte)0);
        if (end < 0 && read < MostName)
            return why.Because(ReasonCode.ArgumentUnreadable, address + (ulong)read, 1);
        name = Encoding.Latin1.GetString(text[..(end < 0 ? 16 : end)]);
        return end < 0 ? why.Because(ReasonCode.DeviceNameInvalid, name: OneLine(name)) : Errno.Success;
    }

    /// <summary>What a client sent, fit to be shown: a reason is one line.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(static one => char.IsControl(one) ? '?' : one));
}
