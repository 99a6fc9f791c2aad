using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers KVM_SET_DEVICE_ATTR on KVM's VFIO pseudo device when a file of ours is added to it or taken out. KVM itself would refuse that, as it
/// knows the host's VFIO files only. There is nothing to derive from ours: no interrupt is posted and no cache attribute is at stake.
/// Documentation/virt/kvm/devices/vfio.rst.
/// </summary>
internal sealed unsafe class KvmCalls(Emulation emulation)
{
    private const uint FileGroup = 1; // KVM_DEV_VFIO_FILE, and KVM_DEV_VFIO_GROUP of before
    private const ulong Add = 1, Delete = 2; // KVM_DEV_VFIO_FILE_ADD, KVM_DEV_VFIO_FILE_DEL

    /// <summary>What /proc shows of the pseudo device: the kernel names it.</summary>
    private static ReadOnlySpan<byte> LinkOfDevice => "anon_inode:kvm-vfio"u8;

    /// <summary>Answers it, when it concerns a file of ours.</summary>
    /// <param name="call">An ioctl with the command KVM_SET_DEVICE_ATTR.</param>
    /// <param name="descriptor">The descriptor that it is made on, which is none of ours.</param>
    /// <returns>False when the call is KVM's to answer.</returns>
    public bool TryServe(in seccomp_notif call, int descriptor)
    {
        kvm_device_attr attribute;
        int number;
        if (!CallMemory.Read(call.pid, new CallArguments(in call)[2], &attribute, sizeof(kvm_device_attr))
            || attribute.flags != 0 || attribute.group != FileGroup || attribute.attr is not (Add or Delete)
            || !IsPseudoDevice(call.pid, descriptor)
            || !CallMemory.Read(call.pid, attribute.addr, &number, sizeof(int))
            || ProcessTable.Identify(call.pid, number, out FileId id) != 0
            || !emulation.Files.TryFind(id, out OpenFile file)
            || !IsGroupOrDevice(file.Node.Path))
        {
            return false;
        }

        if (attribute.attr == Add)
        {
            emulation.Explainer.Noted(
                call.pid, $"KVM_DEV_VFIO_FILE_ADD({file.Node.Path})",
                "accepted, and KVM is not told: it posts no interrupts, keeps its own cache attributes, and takes no reference for this device");
        }

        emulation.Listener.Return(in call, 0);
        return true;
    }

    /// <summary>What KVM takes: a device, however it was opened, or a group; no container, and not /dev/iommu.</summary>
    private static bool IsGroupOrDevice(string path) =>
        path == "anon_inode:[vfio-device]" || (path.StartsWith("/dev/vfio/", StringComparison.Ordinal) && path != "/dev/vfio/vfio");

    private static bool IsPseudoDevice(int thread, int descriptor)
    {
        const int Room = 64;
        byte* link = stackalloc byte[Room];
        ProcPath path = ProcPath.Descriptor(thread, descriptor);
        nint length = LibC.readlinkat(Linux.AT_FDCWD, path.Text, link, Room);
        return length > 0 && new ReadOnlySpan<byte>(link, (int)length).SequenceEqual(LinkOfDevice);
    }
}
