using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Runner.Failures;

namespace Ioasis.Runner.Paths;

/// <summary>The paths of a machine: its files and directories, with the devices behind its nodes.</summary>
internal static class MachinePaths
{
    public static PathTree Of(Func<DeviceNodes> devices) => new(Directory.Exists, tree => Fill(tree, devices()));

    private static void Fill(PathTree tree, DeviceNodes devices)
    {
        foreach (TreeEntry entry in devices.Machine.Tree.Entries)
        {
            switch (entry)
            {
                case DirectoryEntry directory:
                    tree.AddDirectory(directory.Path, directory.IsWhole);
                    break;
                case TextEntry text:
                    tree.AddText(text.Path, text.Content, text.Mode);
                    break;
                case LinkEntry link:
                    tree.AddLink(link.Path, link.Target);
                    break;
                case NodeEntry node when devices.TryFind(node.Path, out DeviceNode? device):
                    tree.AddDevice(node.Path, new EmulatedDevice(node.Major, node.Minor, device!.Mode, device.Open));
                    break;
            }
        }

        FailureFiles.AddTo(tree);
    }
}
