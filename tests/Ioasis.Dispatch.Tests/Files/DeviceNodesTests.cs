using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Files;

public sealed class DeviceNodesTests
{
    [Fact]
    public void The_nodes_are_those_of_the_tree_with_the_same_numbers()
    {
        using var machine = new Machine(MachineDescription.Default);
        var nodes = new DeviceNodes(machine);
        Assert.Equal(
            machine.Tree.Entries.OfType<NodeEntry>().Select(entry => (entry.Path, entry.Major, entry.Minor)).Order(),
            nodes.All.Select(node => (node.Path, node.Major, node.Minor)).Order());
        Assert.True(nodes.TryFind("/dev/vfio/devices/vfio1", out DeviceNode? found));
        Assert.Equal("/dev/vfio/devices/vfio1", found!.Path);
        Assert.True(nodes.TryFind("/dev/vfio/1", out _));
        Assert.False(nodes.TryFind("/dev/vfio/devices/vfio2", out _));
    }

    [Fact]
    public void Each_open_is_a_file_of_its_own_but_a_group_is_open_once()
    {
        using var machine = new Machine(MachineDescription.Default);
        Reason why = default;
        foreach (DeviceNode node in new DeviceNodes(machine).All)
        {
            Assert.True(node.Open(out DeviceFile? first, ref why).Succeeded);
            Assert.Equal(node.Path, first!.Path);
            Errno again = node.Open(out DeviceFile? second, ref why);
            Assert.Equal(node.Major == CharacterNumbers.GroupMajor ? ErrnoCode.EBUSY : ErrnoCode.None, again.Code);
            Assert.NotSame(first, second);
            first.Release();
            second?.Release();
        }
        Assert.Equal(0, machine.System.OpenContexts);
    }
}
