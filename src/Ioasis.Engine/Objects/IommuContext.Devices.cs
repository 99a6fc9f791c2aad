using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on devices and page tables: bind, information, HWPT allocation.</summary>
public sealed partial class IommuContext
{
    /// <summary>VFIO_DEVICE_BIND_IOMMUFD, the engine's half: the device's whole group is owned by this context from now on.</summary>
    /// <returns>EINVAL: the device is bound already; EPERM: another context owns its group.</returns>
    public Errno Bind(PhysicalDevice device, out BoundDevice? bound, ref Reason why)
    {
        bound = null;
        lock (Gate)
        {
            BoundDevice made = new(this, device);
            lock (System.Gate)
            {
                if (device.Bound is { } holder)
                    return why.Because(ReasonCode.DeviceAlreadyBound, holder.Id.Value, name: device.Name);
                if (!device.Group.TryClaim(this))
                    return why.Because(ReasonCode.GroupHeldElsewhere, (ulong)device.Group.Id, name: device.Name);
                device.Bound = made;
            }

            Reserve(made);
            PublishLocked(made);
            _holders++;
            bound = made;
            return Errno.Success;
        }
    }

    /// <summary>Finds a bound device by its number.</summary>
    /// <returns>ENOENT: there is none.</returns>
    public Errno FindDevice(ObjectId id, out PhysicalDevice? device, ref Reason why)
    {
        lock (Gate)
        {
            device = TryFind(id, BoundDevice.KindName, out BoundDevice bound, ref why, out Errno errno) ? bound.Device : null;
            return errno;
        }
    }

    /// <summary>IOMMU_HWPT_ALLOC of a paging HWPT on an IOAS. The caller publishes or aborts what it gets.</summary>
    /// <param name="device">The device whose IOMMU's view it is to be.</param>
    /// <param name="parent">The IOAS.</param>
    /// <param name="flags">What it shall be able to do; nothing beyond a plain view is implemented yet.</param>
    /// <param name="dataType">The format of user-managed tables; none is implemented yet.</param>
    /// <param name="made">The HWPT, a view of the IOAS already.</param>
    /// <param name="why">
    /// The reason of a failure. ENOENT: no such device; EINVAL: no such parent; EOPNOTSUPP: flags, or nesting; else as Attach.
    /// </param>
    public Errno AllocateTable(
        ObjectId device, ObjectId parent, iommufd_hwpt_alloc_flags flags, iommu_hwpt_data_type dataType, out HwPageTable? made, ref Reason why)
    {
        made = null;
        lock (Gate)
        {
            if (!TryFind(device, BoundDevice.KindName, out BoundDevice bound, ref why, out Errno errno))
                return errno;
            if (_objects[parent.Value] is HwPageTable)
                return why.Because(ReasonCode.HwptNestingUnsupported, parent.Value, name: bound.Device.Name);
            if (_objects[parent.Value] is not Ioas space)
                return why.Because(ReasonCode.HwptParentInvalid, parent.Value);
            if (flags != 0)
                return why.Because(ReasonCode.HwptFlagUnsupported, (ulong)flags, name: bound.Device.Name);
            if (dataType != iommu_hwpt_data_type.IOMMU_HWPT_DATA_NONE)
                return why.Because(ReasonCode.HwptDataTypeUnsupported, (ulong)dataType, name: bound.Device.Name);

            HwPageTable table = new(space, bound.Device.Iommu, automatic: false);
            Reserve(table);
            errno = table.Link(ref why);
            if (errno.Failed)
            {
                Remove(table);
                return errno;
            }

            made = table;
            return Errno.Success;
        }
    }
}
