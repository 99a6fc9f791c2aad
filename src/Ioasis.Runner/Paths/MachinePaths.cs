using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Failures;

namespace Ioasis.Runner.Paths;

/// <summary>The paths of a machine: its files and directories, with the devices behind its nodes. They come and go as the machine's do.</summary>
internal static class MachinePaths
{
    public static PathTree Of(Func<DeviceNodes> devices) =>
        new(Directory.Exists, tree => Fill(tree, devices()), [.. FileTree.Places, FailureFiles.Root]);

    private static void Fill(PathTree tree, DeviceNodes devices)
    {
        IReadOnlyList<TreeEntry> entries = devices.Machine.Tree.Watch(
            entry => tree.Change(changing => Add(changing, devices, entry)),
            entry => tree.Change(changing => changing.Remove(entry.Path)));
        foreach (TreeEntry entry in entries)
            Add(tree, devices, entry);
        FailureFiles.AddTo(tree);
    }

    private static void Add(PathTree tree, DeviceNodes devices, TreeEntry entry)
    {
        switch (entry)
        {
            case DirectoryEntry directory:
                tree.AddDirectory(directory.Path, directory.IsWhole);
                break;
            case TextEntry text:
                tree.AddText(text.Path, text.Content, text.Mode);
                break;
            case AttributeEntry attribute:
                tree.AddAttribute(attribute.Path, new EmulatedAttribute(devices.Machine.Tree, attribute));
                break;
            case LinkEntry link:
                tree.AddLink(link.Path, link.Target);
                break;
            case NodeEntry node:
                tree.AddDevice(node.Path, new EmulatedDevice(
                    node.Major, node.Minor, CharacterNumbers.Mode,
                    (out file, ref why) => Open(devices, node.Path, out file, ref why)));
                break;
        }
    }

    /// <summary>The node may have gone since its path was looked up.</summary>
    private static Errno Open(DeviceNodes devices, string path, out DeviceFile? file, ref Reason why)
    {
        if (devices.TryFind(path, out DeviceNode? device))
            return device!.Open(out file, ref why);
        file = null;
        return why.Because(ReasonCode.DeviceRemoved, name: path);
    }
}
