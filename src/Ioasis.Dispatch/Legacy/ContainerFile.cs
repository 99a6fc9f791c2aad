using Ioasis.Abi;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Vfio;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Legacy;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_extension;

namespace Ioasis.Dispatch.Legacy;

/// <summary>
/// One open of <c>/dev/vfio/vfio</c>: a container. Groups are put into it by their own files; then it gets an IOMMU type, and only
/// then it maps. Split by verb: Memory, Dirty. The address space and its rules are <see cref="Engine.Legacy.Container"/>'s.
/// </summary>
internal sealed partial class ContainerFile(IommuSystem system) : DeviceFile
{
    public const string DevicePath = "/dev/vfio/vfio";

    public Container Container { get; } = new(system);

    public override string Path => DevicePath;

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        switch (command)
        {
            case VFIO_GET_API_VERSION:
                result = VFIO_API_VERSION;
                return Errno.Success;
            case VFIO_CHECK_EXTENSION:
                result = CheckExtension(argument) ? 1 : 0;
                return Errno.Success;
            case VFIO_SET_IOMMU:
                return SetIommu(argument, ref why);
        }

        // What a container without an IOMMU type does not know, it calls invalid.
        if (!Container.HasIommu)
            return why.Because(ReasonCode.ContainerWithoutIommu);
        VfioCall call = new(caller, argument);
        Errno errno = command == VFIO_IOMMU_MAP_DMA ? Container.CheckMemory(caller.Memory.Owner.Engine, ref why) : Errno.Success;
        if (errno.Failed)
            return errno;
        errno = command switch
        {
            VFIO_IOMMU_GET_INFO => GetInfo(in call, ref why),
            VFIO_IOMMU_MAP_DMA => Map(in call, ref why),
            VFIO_IOMMU_UNMAP_DMA => Unmap(in call, ref why),
            VFIO_IOMMU_DIRTY_PAGES => DirtyPages(in call, ref why),
            _ => why.Because(ReasonCode.UnknownIoctl, command, name: Path),
        };
        Container.SettleMemory();
        return errno;
    }

    public override Errno CheckMap(ulong offset, ulong length, ref Reason why) => why.Because(ReasonCode.FileWithoutMemory, name: Path);

    public override ReleaseScope Scope => new(Container);

    public override void Release() => Container.Close();

    /// <summary>Two answers depend on the container; the rest is what type 1 always has. No device is without an IOMMU here.</summary>
    private bool CheckExtension(ulong extension) => extension switch
    {
        (ulong)VFIO_TYPE1_IOMMU or (ulong)VFIO_TYPE1v2_IOMMU or (ulong)VFIO_UNMAP_ALL => true,
        (ulong)VFIO_UPDATE_VADDR => Container.HasIommu,
        (ulong)VFIO_DMA_CC_IOMMU => Container.IsCoherent,
        _ => false,
    };

    /// <summary>Linux tries each IOMMU driver that claims to know the number, which type 1 also does of its abilities.</summary>
    private Errno SetIommu(ulong type, ref Reason why)
    {
        Errno errno = Container.CheckIommuUnset(ref why);
        if (errno.Failed)
            return errno;
        return type switch
        {
            (ulong)VFIO_TYPE1_IOMMU => Container.SetIommu(exact: false, ModuleParameters.DmaEntryLimit, ref why),
            (ulong)VFIO_TYPE1v2_IOMMU => Container.SetIommu(exact: true, ModuleParameters.DmaEntryLimit, ref why),
            (ulong)VFIO_UNMAP_ALL => why.Because(ReasonCode.IommuTypeUnusable, type),
            _ => why.Because(ReasonCode.IommuTypeUnknown, type),
        };
    }
}
