using Ioasis.Devices.Machines;

namespace Ioasis.Devices.Drivers;

/// <summary>What VFIO adds to sysfs and /dev for a function and for a group: character devices, with the links that lead to them.</summary>
internal static class VfioFiles
{
    public static void AddDevice(FileTree tree, PciSlot slot)
    {
        int number = slot.Number;
        string device = DeviceOf(slot);
        AddCharacterDevice(
            tree, device, $"/dev/vfio/devices/vfio{number}", CharacterNumbers.VfioMajor, (uint)number, $"vfio/devices/vfio{number}");
        tree.AddLink($"{device}/device", slot.Path);
        tree.AddLink($"/sys/class/vfio-dev/vfio{number}", device);
        tree.AddLink($"{device}/subsystem", "/sys/class/vfio-dev");
    }

    public static void RemoveDevice(FileTree tree, PciSlot slot)
    {
        int number = slot.Number;
        tree.Remove($"/sys/class/vfio-dev/vfio{number}");
        RemoveCharacterDevice(tree, DeviceOf(slot), $"/dev/vfio/devices/vfio{number}", CharacterNumbers.VfioMajor, (uint)number);
        tree.RemoveIfEmpty($"{slot.Path}/vfio-dev");
        tree.RemoveIfEmpty("/dev/vfio/devices");
    }

    public static void AddGroup(FileTree tree, int group, uint minor)
    {
        string device = DeviceOf(group);
        AddCharacterDevice(tree, device, $"/dev/vfio/{group}", CharacterNumbers.GroupMajor, minor, $"vfio/{group}");
        tree.AddLink($"/sys/class/vfio/{group}", device);
        tree.AddLink($"{device}/subsystem", "/sys/class/vfio");
    }

    public static void RemoveGroup(FileTree tree, int group, uint minor)
    {
        tree.Remove($"/sys/class/vfio/{group}");
        RemoveCharacterDevice(tree, DeviceOf(group), $"/dev/vfio/{group}", CharacterNumbers.GroupMajor, minor);
    }

    /// <summary>A character device in sysfs and /dev, with the links that lead from its numbers to both.</summary>
    public static void AddCharacterDevice(FileTree tree, string device, string node, uint major, uint minor, string devName)
    {
        tree.AddText($"{device}/dev", $"{major}:{minor}\n");
        tree.AddText($"{device}/uevent", $"MAJOR={major}\nMINOR={minor}\nDEVNAME={devName}\n");
        tree.AddLink($"/sys/dev/char/{major}:{minor}", device);
        tree.AddNode(node, major, minor);
        tree.AddLink($"/dev/char/{major}:{minor}", node);
    }

    private static void RemoveCharacterDevice(FileTree tree, string device, string node, uint major, uint minor)
    {
        tree.Remove($"/dev/char/{major}:{minor}");
        tree.Remove(node);
        tree.Remove($"/sys/dev/char/{major}:{minor}");
        tree.Remove(device);
    }

    private static string DeviceOf(PciSlot slot) => $"{slot.Path}/vfio-dev/vfio{slot.Number}";

    private static string DeviceOf(int group) => $"/sys/devices/virtual/vfio/{group}";
}
