using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Drivers;

/// <summary>
/// A function's directory in sysfs while it is on the bus: what does not change (<see cref="PciFiles"/>), and the files that move it, reset
/// it and remember settings (Documentation/ABI/testing/sysfs-bus-pci, sysfs-devices-power).
/// </summary>
internal static class SlotFiles
{
    private const uint ReadWrite = 0x1a4, WriteOnly = 0x80, Removal = 0x90, OwnerOnly = 0x180; // 0644 0200 0220 0600
    private const int LongestOverride = 4094; // a page, but for the end of a text

    public static void Add(FileTree tree, PciBus bus, PciSlot slot)
    {
        PciFiles.Add(tree, slot.Path, slot.Function);
        tree.AddLink($"/sys/bus/pci/devices/{slot.Name}", slot.Path);
        tree.AddLink($"{slot.Path}/subsystem", "/sys/bus/pci");
        AddState(tree, bus, slot);
        AddActions(tree, bus, slot);
        AddSettings(tree, bus, slot);
        AddPower(tree, bus, slot);
        foreach (Bar bar in slot.Function.Bars)
            tree.Add(Resource(slot, bar));
    }

    public static void Remove(FileTree tree, PciSlot slot)
    {
        tree.Remove($"/sys/bus/pci/devices/{slot.Name}");
        tree.Remove(slot.Path);
    }

    private static void AddState(FileTree tree, PciBus bus, PciSlot slot)
    {
        tree.Add(new AttributeEntry(
            $"{slot.Path}/uevent", ReadWrite,
            () => bus.Locked(() => slot.Driver is { } driver ? $"DRIVER={driver.Name}\n" : "") + PciFiles.EventLines(slot.Function),
            EventFile.Store($"{slot.Path}/uevent")));
        tree.Add(new AttributeEntry(
            $"{slot.Path}/driver_override", ReadWrite, () => bus.Locked(() => slot.Override ?? "(null)") + "\n", (text, ref why, ref _) =>
            {
                if (text.Length > LongestOverride)
                    return why.Because(ReasonCode.AttributeTooLong, LongestOverride, name: $"{slot.Path}/driver_override");
                string line = AttributeText.All(text).Split('\n', '\0')[0];
                return bus.Locked(() =>
                {
                    slot.Override = line.Length == 0 ? null : line;
                    return Errno.Success;
                });
            }));
    }

    private static void AddActions(FileTree tree, PciBus bus, PciSlot slot)
    {
        string remove = $"{slot.Path}/remove";
        tree.Add(new AttributeEntry(remove, Removal, null, (text, ref why, ref pending) =>
        {
            Errno errno = AttributeText.ReadNumber(text, remove, out ulong number, ref why);
            return errno.Succeeded && number != 0 ? bus.Remove(slot, ref why, ref pending) : errno;
        }));
        tree.Add(BusFiles.RescanAt($"{slot.Path}/rescan", bus));
        if (!slot.Function.CanReset)
            return;
        string reset = $"{slot.Path}/reset", method = $"{slot.Path}/reset_method";
        tree.Add(new AttributeEntry(reset, WriteOnly, null, (text, ref why, ref _) =>
        {
            Errno errno = AttributeText.ReadNumber(text, reset, out ulong number, ref why);
            if (errno.Failed)
                return errno;
            if (number != 1)
                return why.Because(ReasonCode.AttributeTextInvalid, name: reset);
            if (bus.Locked(() => slot.ResetMethods).Length == 0 || slot.Function.HasVanished)
                return why.Because(ReasonCode.ResetUnsupported, name: slot.Name);
            slot.Function.Reset();
            return Errno.Success;
        }));
        tree.Add(new AttributeEntry(method, ReadWrite, () => bus.Locked(() => slot.ResetMethods) + "\n", (text, ref why, ref _) =>
        {
            string line = AttributeText.Line(text).Trim();
            if (line is not ("" or "default" or "flr"))
                return why.Because(ReasonCode.AttributeTextInvalid, name: method);
            return bus.Locked(() =>
            {
                slot.ResetMethods = line.Length == 0 ? "" : "flr";
                return Errno.Success;
            });
        }));
    }

    private static void AddSettings(FileTree tree, PciBus bus, PciSlot slot)
    {
        void Switch(string name, Func<bool> get, Action<bool> set) => Number(tree, bus, slot, name, () => get() ? 1 : 0, value => set(value != 0));

        Switch("msi_bus", () => slot.MayUseMessages, value => slot.MayUseMessages = value);
        Switch("broken_parity_status", () => slot.HasBrokenParity, value => slot.HasBrokenParity = value);
        Switch("d3cold_allowed", () => slot.MayLosePower, value => slot.MayLosePower = value);
        tree.Add(new AttributeEntry($"{slot.Path}/numa_node", ReadWrite, () => $"{bus.Locked(() => slot.NumaNode)}\n", (text, ref why, ref _) =>
        {
            // The machine has one node, as the memory of its clients has.
            string line = AttributeText.Line(text);
            return line is "0" or "-1"
                ? bus.Locked(() => Keep(() => slot.NumaNode = line == "0" ? 0 : -1))
                : why.Because(ReasonCode.AttributeTextInvalid, name: $"{slot.Path}/numa_node");
        }));
        string enable = $"{slot.Path}/enable";
        tree.Add(new AttributeEntry(enable, ReadWrite, () => $"{bus.Locked(() => EnableCount(slot))}\n", (text, ref why, ref _) =>
        {
            Errno errno = AttributeText.ReadNumber(text, enable, out ulong number, ref why);
            if (errno.Failed)
                return errno;
            ReasonCode refusal = bus.Locked(() => Enable(slot, number != 0));
            return refusal == ReasonCode.None ? Errno.Success : why.Because(refusal, name: slot.Name);
        }));
    }

    private static void AddPower(FileTree tree, PciBus bus, PciSlot slot)
    {
        string power = $"{slot.Path}/power";
        tree.Add(new AttributeEntry($"{power}/control", ReadWrite, () => bus.Locked(() => slot.PowerControl) + "\n", (text, ref why, ref _) =>
        {
            string line = AttributeText.Line(text);
            return line is "on" or "auto"
                ? bus.Locked(() => Keep(() => slot.PowerControl = line))
                : why.Because(ReasonCode.AttributeTextInvalid, name: $"{power}/control");
        }));
        // No function of ours is ever suspended by the system.
        tree.AddText($"{power}/runtime_status", "active\n");
        tree.AddText($"{power}/runtime_enabled", "enabled\n");
        tree.AddText($"{power}/runtime_active_kids", "0\n");
        tree.AddText($"{power}/runtime_usage", "1\n");
        tree.AddText($"{power}/runtime_suspended_time", "0\n");
        tree.AddText($"{power}/async", "enabled\n");
        tree.AddText($"{power}/wakeup", "\n");
    }

    private static void Number(FileTree tree, PciBus bus, PciSlot slot, string name, Func<int> get, Action<ulong> set)
    {
        string path = $"{slot.Path}/{name}";
        tree.Add(new AttributeEntry(path, ReadWrite, () => $"{bus.Locked(get)}\n", (text, ref why, ref _) =>
        {
            Errno errno = AttributeText.ReadNumber(text, path, out ulong number, ref why);
            return errno.Failed ? errno : bus.Locked(() => Keep(() => set(number)));
        }));
    }

    private static Errno Keep(Action change)
    {
        change();
        return Errno.Success;
    }

    /// <summary>A driver enables its device; vfio-pci does while a client has it open.</summary>
    private static int EnableCount(PciSlot slot) => slot.Driver switch
    {
        null => slot.Enabled,
        { IsVfio: true } => slot.Function.IsOpen ? 1 : 0,
        _ => 1,
    };

    private static ReasonCode Enable(PciSlot slot, bool on)
    {
        if (slot.Driver is not null)
            return ReasonCode.DeviceEnabledByDriver;
        if (!on && slot.Enabled == 0)
            return ReasonCode.DeviceNotEnabled;
        slot.Enabled += on ? 1 : -1;
        return ReasonCode.None;
    }

    /// <summary>For mmap of a BAR by a driver in user space without VFIO. Registers cannot be mapped here, so it cannot be opened.</summary>
    private static AttributeEntry Resource(PciSlot slot, Bar bar) =>
        new($"{slot.Path}/resource{bar.Index}", OwnerOnly, null, null) { Size = bar.Size, Refusal = ReasonCode.AttributeNotMappable };
}
