using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Drivers;

/// <summary>
/// Devices that leave their driver, or the bus. vfio-pci lets go of a device only when no client has it open: it asks for it, and whoever
/// wrote to the file waits.
/// </summary>
public sealed partial class PciBus
{
    /// <summary>drivers/X/unbind.</summary>
    /// <returns>ENODEV: no such device, or another driver has it.</returns>
    internal Errno Unbind(PciDriver driver, ReadOnlySpan<byte> text, ref Reason why, ref Task? pending)
    {
        PciSlot slot;
        bool begins;
        lock (_gate)
        {
            Errno errno = FindLocked(text, out slot, ref why);
            if (errno.Failed)
                return errno;
            if (slot.Driver != driver)
                return why.Because(ReasonCode.DeviceOnOtherDriver, name: $"{slot.Name}, {driver.Name}");
            begins = BeginLeaving(slot, out pending);
        }

        if (begins)
            Ask(slot);
        return Errno.Success;
    }

    /// <summary>A device's file remove.</summary>
    /// <returns>ENODEV: it has been removed, or somebody is about to.</returns>
    internal Errno Remove(PciSlot slot, ref Reason why, ref Task? pending)
    {
        bool begins;
        lock (_gate)
        {
            if (!slot.IsPresent || slot.IsRemoved)
                return why.Because(ReasonCode.DeviceRemoved, name: slot.Name);
            slot.IsRemoved = true;
            _tree.Remove($"{slot.Path}/remove"); // as Linux does: the file of a removal that has begun is not there
            begins = BeginLeaving(slot, out pending);
        }

        if (begins)
            Ask(slot);
        return Errno.Success;
    }

    /// <summary>
    /// A surprise removal: the device is gone at once. Reads of it give ones, writes are lost, DMA and interrupts end; its driver lets go
    /// of it when its clients have closed it, and then it leaves the bus. Any thread, none of the device's locks held. Returns at once.
    /// </summary>
    public void TakeOut(PciFunction function)
    {
        function.Vanish();
        Reason ignored = default;
        Task? pending = null;
        _ = Remove(_byFunction[function], ref ignored, ref pending);
    }

    /// <returns>Whether the caller begins it, and asks for the device.</returns>
    private static bool BeginLeaving(PciSlot slot, out Task? pending)
    {
        bool begins = slot.Leaving is null;
        slot.Leaving ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pending = slot.Leaving.Task;
        return begins;
    }

    /// <summary>The driver lets go: at once, or when the clients have.</summary>
    private void Ask(PciSlot slot)
    {
        IVfioClients? clients;
        lock (_gate)
        {
            clients = slot.Driver is { IsVfio: true } ? _clients : null;
            if (slot.Number >= 0)
                VfioFiles.RemoveDevice(_tree, slot);
        }

        if (clients is null)
            Left(slot);
        else
            clients.Leave(slot, () => Left(slot));
    }

    private void Left(PciSlot slot)
    {
        TaskCompletionSource done;
        lock (_gate)
        {
            if (slot.Driver is { } driver)
                LetGo(slot, driver);
            if (slot.IsRemoved)
                Disappear(slot);
            done = slot.Leaving!;
            slot.Leaving = null;
        }

        done.SetResult();
    }

    private void LetGo(PciSlot slot, PciDriver driver)
    {
        IommuGroup group = slot.Function.Physical.Group;
        if (driver.DoesDma)
            group.EndUseForSystem(UserOf(driver, slot));
        if (driver.IsVfio)
        {
            _numbers.Return(slot.Number);
            slot.Number = -1;
            slot.PowerControl = "on";
            (int minor, int members) = _groups[group];
            if (members == 1)
            {
                _ = _groups.Remove(group);
                _minors.Return(minor);
                VfioFiles.RemoveGroup(_tree, group.Id, (uint)minor);
            }
            else
                _groups[group] = (minor, members - 1);
        }

        DriverFiles.RemoveDevice(_tree, driver, slot);
        slot.Driver = null;
    }

    private void Disappear(PciSlot slot)
    {
        slot.IsPresent = false;
        slot.Function.Vanish();
        IommuTree.RemoveFunction(_tree, slot.Function, _slots.Where(static one => one.IsPresent).Select(static one => one.Function));
        SlotFiles.Remove(_tree, slot);
    }
}
