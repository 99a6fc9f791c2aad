using Ioasis.Devices.Machines;

namespace Ioasis.Devices.Drivers;

/// <summary>A driver's directory, and the links between it and its devices.</summary>
internal static class DriverFiles
{
    private const uint WriteOnly = 0x80; // 0200

    public static void Add(FileTree tree, PciBus bus, PciDriver driver)
    {
        string path = driver.Path;
        tree.Add(new AttributeEntry($"{path}/bind", WriteOnly, null, (text, ref why, ref _) => bus.Bind(driver, text, ref why)));
        tree.Add(new AttributeEntry($"{path}/unbind", WriteOnly, null, (text, ref why, ref pending) => bus.Unbind(driver, text, ref why, ref pending)));
        tree.Add(new AttributeEntry($"{path}/new_id", WriteOnly, null, (text, ref why, ref _) => bus.AddId(driver, text, ref why)));
        tree.Add(new AttributeEntry($"{path}/remove_id", WriteOnly, null, (text, ref why, ref _) => bus.RemoveId(driver, text, ref why)));
        tree.Add(new AttributeEntry($"{path}/uevent", WriteOnly, null, EventFile.Store($"{path}/uevent")));
        if (driver.Name == PciDriver.BridgeName)
            return; // built in
        string module = $"/sys/module/{driver.Name.Replace('-', '_')}";
        if (tree.Find($"{module}/initstate") is null)
            tree.AddText($"{module}/initstate", "live\n");
        tree.AddLink($"{module}/drivers/pci:{driver.Name}", path);
        tree.AddLink($"{path}/module", module);
        // Linux has no such name; tools look for it before they load a module, which there is no need to do here.
        if (driver.Name.Contains('-', StringComparison.Ordinal))
            tree.AddLink($"/sys/module/{driver.Name}", module);
    }

    public static void AddDevice(FileTree tree, PciDriver driver, PciSlot slot)
    {
        tree.AddLink($"{driver.Path}/{slot.Name}", slot.Path);
        tree.AddLink($"{slot.Path}/driver", driver.Path);
    }

    public static void RemoveDevice(FileTree tree, PciDriver driver, PciSlot slot)
    {
        tree.Remove($"{slot.Path}/driver");
        tree.Remove($"{driver.Path}/{slot.Name}");
    }
}
