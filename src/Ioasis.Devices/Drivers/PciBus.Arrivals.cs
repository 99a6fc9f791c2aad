using Ioasis.Devices.Machines;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Drivers;

/// <summary>Devices that appear, and drivers that take them.</summary>
public sealed partial class PciBus
{
    /// <summary>drivers/X/bind.</summary>
    /// <returns>ENODEV: no such device, or the driver does not match it; EBUSY: it has a driver, or a client has its group.</returns>
    internal Errno Bind(PciDriver driver, ReadOnlySpan<byte> text, ref Reason why)
    {
        lock (_gate)
        {
            Errno errno = FindLocked(text, out PciSlot slot, ref why);
            if (errno.Failed)
                return errno;
            if (!driver.Matches(slot))
                return why.Because(ReasonCode.DriverNotMatching, name: $"{slot.Name}, {driver.Name}");
            return slot.Driver is not null ? why.Because(ReasonCode.DriverBusy, name: slot.Name) : TakeLocked(driver, slot, ref why);
        }
    }

    /// <summary>drivers_probe: gives a device without a driver to one that matches. None may.</summary>
    /// <returns>ENODEV: no such device.</returns>
    internal Errno Probe(ReadOnlySpan<byte> text, ref Reason why)
    {
        lock (_gate)
        {
            Errno errno = FindLocked(text, out PciSlot slot, ref why);
            if (errno.Succeeded)
                ProbeLocked(slot);
            return errno;
        }
    }

    /// <summary>new_id: devices without a driver that it now matches are taken.</summary>
    /// <returns>EINVAL: no ID; EEXIST: it matches already.</returns>
    internal Errno AddId(PciDriver driver, ReadOnlySpan<byte> text, ref Reason why)
    {
        if (!DynamicId.TryParse(AttributeText.All(text), out DynamicId id, out ulong data, out bool isComplete))
            return why.Because(ReasonCode.DeviceIdInvalid, name: driver.Name);
        lock (_gate)
        {
            bool isNative = _slots.Exists(slot => slot.Native == driver.Name && id.Matches(slot.Function.Identity));
            if (!isComplete && (isNative || driver.Knows(id)))
                return why.Because(ReasonCode.DeviceIdKnown, id.Vendor, id.Device, name: driver.Name);
            if (data != 0)
                return why.Because(ReasonCode.DeviceIdInvalid, name: driver.Name); // no driver here has a number of its own
            driver.Add(id);
            foreach (PciSlot slot in _slots.Where(slot => slot is { IsPresent: true, Driver: null } && driver.Matches(slot)))
            {
                Reason ignored = default;
                _ = TakeLocked(driver, slot, ref ignored);
            }

            return Errno.Success;
        }
    }

    /// <summary>remove_id.</summary>
    /// <returns>EINVAL: no ID; ENODEV: it was not given.</returns>
    internal Errno RemoveId(PciDriver driver, ReadOnlySpan<byte> text, ref Reason why)
    {
        if (!DynamicId.TryParse(AttributeText.All(text), out DynamicId id, out _, out _))
            return why.Because(ReasonCode.DeviceIdInvalid, name: driver.Name);
        lock (_gate)
            return driver.Remove(id) ? Errno.Success : why.Because(ReasonCode.DeviceIdUnknown, id.Vendor, id.Device, name: driver.Name);
    }

    /// <summary>Finds devices that were removed, as new ones: at power-on, with no memory of what was written to their files.</summary>
    public void Rescan()
    {
        lock (_gate)
        {
            foreach (PciSlot slot in _slots.Where(static slot => !slot.IsPresent).ToArray())
            {
                slot.Function.ComeBack();
                slot.Forget();
                AppearLocked(slot);
                if (AutoProbe)
                    ProbeLocked(slot);
            }
        }
    }

    private void AppearLocked(PciSlot slot)
    {
        slot.IsPresent = true;
        SlotFiles.Add(_tree, this, slot);
        IommuTree.AddFunction(_tree, slot.Path, slot.Function, _slots.Where(static one => one.IsPresent).Select(static one => one.Function));
    }

    private void ProbeLocked(PciSlot slot)
    {
        if (slot.Driver is not null || slot.Leaving is not null)
            return;
        foreach (PciDriver driver in _drivers.Values)
        {
            Reason ignored = default;
            if (driver.Matches(slot) && TakeLocked(driver, slot, ref ignored).Succeeded)
                return;
        }
    }

    private Errno TakeLocked(PciDriver driver, PciSlot slot, ref Reason why)
    {
        IommuGroup group = slot.Function.Physical.Group;
        if (slot.IsRemoved)
            return why.Because(ReasonCode.DeviceRemoved, name: slot.Name);
        if (driver.DoesDma && !group.TryUseForSystem(UserOf(driver, slot)))
            return why.Because(ReasonCode.DriverGroupOwned, (ulong)group.Id, name: slot.Name);
        slot.Driver = driver;
        slot.Enabled = 0;
        DriverFiles.AddDevice(_tree, driver, slot);
        if (driver.IsVfio)
            TakeForClients(slot, group);
        return Errno.Success;
    }

    private void TakeForClients(PciSlot slot, IommuGroup group)
    {
        slot.Number = _numbers.Take();
        slot.PowerControl = "auto";
        if (!_groups.ContainsKey(group))
            AddGroup(group);
        (int minor, int members) = _groups[group];
        _groups[group] = (minor, members + 1);
        _clients?.Arrive(slot, (uint)minor);
        VfioFiles.AddDevice(_tree, slot);
    }

    private void AddGroup(IommuGroup group)
    {
        int minor = _minors.Take();
        _groups.Add(group, (minor, 0));
        VfioFiles.AddGroup(_tree, group.Id, (uint)minor);
    }

    private static string UserOf(PciDriver driver, PciSlot slot) => $"{driver.Name} with {slot.Name}";
}
