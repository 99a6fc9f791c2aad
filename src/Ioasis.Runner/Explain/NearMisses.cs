using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Explain;

/// <summary>
/// Paths that the machine almost has: somebody asks for one device, node or group, and there are others. Programs look for so many files
/// that may not be there that only names which stand for a piece of hardware are told.
/// </summary>
internal static class NearMisses
{
    private const int Most = 8;

    private static readonly string[] s_directories =
        ["/dev/vfio/devices/", "/dev/vfio/", "/sys/bus/pci/devices/", "/sys/kernel/iommu_groups/", "/sys/class/iommu/", "/sys/class/vfio-dev/"];

    /// <summary>What there is in place of a path.</summary>
    /// <returns>Null when it is none of those paths, or is there.</returns>
    public static string? Find(PathNode root, string path)
    {
        if (Array.Find(s_directories, directory => path.StartsWith(directory, StringComparison.Ordinal)) is not { } directory)
            return null;
        string name = path[directory.Length..].Split('/')[0];
        PathNode at = root;
        foreach (string part in directory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!at.TryGetChild(part, out at))
                return null;
        }

        if (name.Length == 0 || at.TryGetChild(name, out _))
            return null;
        string[] there = [.. at.Children.Select(child => child.Name).Order(StringComparer.Ordinal)];
        if (there.Length == 0)
            return $"nothing in {directory}";
        return string.Join(", ", there.Take(Most)) + (there.Length > Most ? $" and {there.Length - Most} more" : "");
    }
}
