using System.Runtime.InteropServices;
using Ioasis.Abi.Mock;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on mock devices: make one, attach it elsewhere, look at what its hardware remembers.</summary>
public sealed partial class IommuContext
{
    /// <summary>Makes a mock device, binds and attaches it. The caller publishes or aborts what it gets.</summary>
    /// <param name="iommu">The IOMMU that it is behind.</param>
    /// <param name="tracksDirty">It can track dirty pages.</param>
    /// <param name="hasPasids">It sends PASIDs.</param>
    /// <param name="pageTable">In: an IOAS or HWPT. Out: the HWPT.</param>
    /// <param name="made">The device.</param>
    /// <param name="why">As <see cref="BoundDevice.Attach"/>.</param>
    public Errno CreateMockDevice(
        MockIommu iommu, bool tracksDirty, bool hasPasids, ref ObjectId pageTable, out MockDevice? made, ref Reason why)
    {
        PinAttempt attempt = new();
        Errno errno;
        do
        {
            lock (Gate)
            {
                attempt.Enter(Backings);
                errno = CreateMockDeviceLocked(iommu, tracksDirty, hasPasids, ref pageTable, out made, ref why);
                attempt.Leave(Backings);
            }
        }
        while (attempt.IsToBeRepeated());
        return errno;
    }

    private Errno CreateMockDeviceLocked(
        MockIommu iommu, bool tracksDirty, bool hasPasids, ref ObjectId pageTable, out MockDevice? made, ref Reason why)
    {
        made = null;
        Errno errno = FailurePoint.Allocate("mock device", ref why);
        if (errno.Failed)
            return errno;
        MockDevice device = new(this, iommu, tracksDirty, hasPasids);
        Reserve(device);
        errno = BindLocked(device.Device, out BoundDevice? bound, ref why);
        if (errno.Succeeded)
        {
            device.Bound = bound!;
            bound!.Users++;
            DmaEnding nothing = new(this);
            errno = bound.Change(Pasid.None, ref pageTable, replace: false, ref nothing, ref why);
        }

        if (errno.Failed)
            Remove(device);
        made = errno.Succeeded ? device : null;
        return errno;
    }

    /// <summary>Finds a mock device by its own number.</summary>
    /// <returns>ENOENT: there is none.</returns>
    public Errno FindMockDevice(ObjectId id, out MockDevice? device, ref Reason why)
    {
        lock (Gate)
        {
            device = TryFind(id, MockDevice.KindName, out MockDevice found, ref why, out Errno errno) ? found : null;
            return errno;
        }
    }

    /// <summary>Whether an IOTLB entry of a nested HWPT of the mock IOMMU holds a number.</summary>
    /// <returns>ENOENT: no such HWPT; EINVAL: it holds another, or there is no such entry.</returns>
    public Errno CheckMockIotlb(ObjectId table, uint entry, uint expected, ref Reason why)
    {
        lock (Gate)
        {
            return TryFind(table, "nested HWPT", out MockNestedTable nested, ref why, out Errno errno)
                ? CheckEntry(nested.Iotlb, entry, expected, nested.Kind, ref why)
                : errno;
        }
    }

    /// <summary>Whether a cache entry of a device behind the mock IOMMU holds a number.</summary>
    /// <returns>ENOENT: no such device; EINVAL: it holds another, or there is no such entry, or the device is none of this IOMMU's.</returns>
    public Errno CheckMockCache(ObjectId id, uint entry, uint expected, ref Reason why)
    {
        lock (Gate)
        {
            if (!TryFind(id, BoundDevice.KindName, out BoundDevice bound, ref why, out Errno errno))
                return errno;
            return bound.Device.Iommu is MockIommu
                ? CheckEntry(MockDeviceState.Of(bound.Device).Cache, entry, expected, bound.Device.Name, ref why)
                : why.Because(ReasonCode.NotBehindMock, id.Value, name: bound.Device.Name);
        }
    }

    /// <summary>Whether a PASID of a mock device leads to a HWPT, or with number 0 to none.</summary>
    /// <returns>ENOENT: no such object; EINVAL: it does not.</returns>
    public Errno CheckMockPasid(ObjectId device, Pasid pasid, ObjectId expected, ref Reason why)
    {
        lock (Gate)
        {
            if (!TryFind(device, MockDevice.KindName, out MockDevice mock, ref why, out Errno errno))
                return errno;
            PageTable? attached = mock.Device.Group.TableOf(pasid);
            PageTable? wanted = null;
            if (expected.Value != 0)
            {
                if (!TryFind(expected, PageTable.KindName, out EngineObject found, ref why, out errno))
                    return errno;
                wanted = found as PageTable;
                if (wanted is null)
                    return why.Because(ReasonCode.NotAttachable, expected.Value);
            }

            return attached == wanted
                ? Errno.Success
                : why.Because(ReasonCode.MockPasidElsewhere, pasid.Value, attached?.Id.Value ?? 0, expected.Value, name: mock.Device.Name);
        }
    }

    /// <summary>Has a device behind the mock IOMMU send an event to the vIOMMU that it is in.</summary>
    /// <returns>ENOENT: no such device, or it is in none; EOPNOTSUPP: the vIOMMU has no event queue.</returns>
    public Errno SendMockEvent(ObjectId device, ref Reason why)
    {
        lock (Gate)
        {
            if (!TryFind(device, BoundDevice.KindName, out BoundDevice bound, ref why, out Errno errno))
                return errno;
            if (bound.Device.Iommu is not MockIommu)
                return why.Because(ReasonCode.NotBehindMock, device.Value, name: bound.Device.Name);
            MockDeviceState state = MockDeviceState.Of(bound.Device);
            if (state.VirtualIommu is not { } virtualIommu || state.VirtualId == 0)
                return why.Because(ReasonCode.NoVirtualEvent, name: bound.Device.Name);
            iommu_viommu_event_selftest sent = new() { virt_id = (uint)state.VirtualId };
            return virtualIommu.Report(
                MockFormat.EventType, MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_viommu_event_selftest>(in sent)), ref why);
        }
    }

    private static Errno CheckEntry(ReadOnlySpan<uint> entries, uint entry, uint expected, string name, ref Reason why)
    {
        if (entry >= (uint)entries.Length)
            return why.Because(ReasonCode.MockEntryUnknown, entry, (ulong)entries.Length - 1);
        uint held = entries[(int)entry];
        return held == expected ? Errno.Success : why.Because(ReasonCode.MockEntryDiffers, entry, held, expected, name: name);
    }
}
