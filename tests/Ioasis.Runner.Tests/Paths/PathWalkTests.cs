using System.Text;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Tests.Paths;

public sealed class PathWalkTests
{
    private readonly PathTree _tree = new(path => path is "/dev" or "/sys" or "/sys/bus");

    public PathWalkTests()
    {
        foreach (string path in (string[])["/dev", "/sys", "/sys/bus", "/sys/absent"])
            _tree.AddDirectory(path, isWhole: false);
        foreach (string path in (string[])["/sys/bus/pci", "/sys/bus/pci/devices", "/sys/bus/pci/slots"])
            _tree.AddDirectory(path, isWhole: true);
        _tree.AddText("/sys/bus/pci/slots/text", "x"u8.ToArray(), 0x124);
        _tree.AddDevice("/dev/node", new EmulatedDevice(1, 2, 0x1b0, null!));
        _tree.AddLink("/sys/bus/pci/devices/relative", "../slots");
        _tree.AddLink("/sys/bus/pci/devices/absolute", "/dev/node");
        _tree.AddLink("/sys/bus/pci/devices/around", "relative/../devices/absolute");
        _tree.AddLink("/sys/bus/pci/devices/self", "self");
        _tree.AddLink("/sys/bus/pci/devices/outside", "/etc/passwd");
    }

    [Theory]
    [InlineData("/dev/node", "/dev/node")]
    [InlineData("//dev///./node", "/dev/node")]
    [InlineData("/dev/../dev/./node", "/dev/node")]
    [InlineData("/../../dev/node", "/dev/node")]
    [InlineData("/dev/pts/../node", "/dev/node")]
    [InlineData("/home/user/../../dev/node", "/dev/node")]
    [InlineData("/sys/bus/pci/devices/relative/text", "/sys/bus/pci/slots/text")]
    [InlineData("/sys/bus/pci/devices/relative/", "/sys/bus/pci/slots")]
    [InlineData("/sys/bus/pci/devices/relative/..", "/sys/bus/pci")]
    [InlineData("/sys/bus/pci/devices/absolute", "/dev/node")]
    [InlineData("/sys/bus/pci/devices/around", "/dev/node")]
    [InlineData("/sys/bus/pci/", "/sys/bus/pci")]
    [InlineData("/dev", "/dev")]
    [InlineData("/", "/")]
    public void FindsWhatIsInTheTree(string path, string expected)
    {
        Assert.Equal(expected, Walk(path).Node?.Path);
        Assert.Equal(expected != "/", PathTree.MayHold(Encoding.UTF8.GetBytes(path)));
    }

    [Fact]
    public void ATreeIsFilledWhenItIsFirstLookedAt()
    {
        int filled = 0;
        var tree = new PathTree(_ => true, tree =>
        {
            filled++;
            tree.AddDirectory("/dev", isWhole: false);
        });
        Assert.False(PathTree.MayHold("/usr/lib/x86_64-linux-gnu/libc.so.6"u8));
        Assert.Equal(0, filled);
        Assert.Equal("/dev", PathWalk.From(tree, "/dev"u8, follow: true).Node?.Path);
        Assert.Equal("/dev", PathWalk.From(tree, "/dev/."u8, follow: true).Node?.Path);
        Assert.Equal(1, filled);
        Assert.Throws<ArgumentException>(() => tree.AddDirectory("/opt", isWhole: true)); // its paths could not be told by their names
    }

    [Theory]
    [InlineData("/dev/null", false)]
    [InlineData("/dev/pts/0", false)]
    [InlineData("/dev/vhost-net", false)]
    [InlineData("/usr/include/sys/types.h", false)]
    [InlineData("/sys/devices/system/cpu/online", false)]
    [InlineData("/dev", true)]
    [InlineData("/dev/", true)]
    [InlineData("/dev/vfio/none", true)]
    [InlineData("/dev/null/../vfio", true)]
    [InlineData("/dev//vfio", true)]
    [InlineData("/dev/./vfio", true)]
    public void ATreeIsFilledForPathsThatMayLeadThere(string path, bool fills)
    {
        bool filled = false;
        var tree = new PathTree(_ => true, tree =>
        {
            filled = true;
            tree.AddDirectory("/dev", isWhole: false);
            tree.AddDirectory("/dev/vfio", isWhole: true);
        }, ["/dev/vfio/"]);
        PathWalk early = PathWalk.From(tree, Encoding.UTF8.GetBytes(path), follow: true);
        Assert.Equal(fills, filled);
        _ = tree.Root;
        Assert.Equal(PathWalk.From(tree, Encoding.UTF8.GetBytes(path), follow: true), early);
        Assert.Throws<ArgumentException>(() => tree.AddDirectory("/dev/other", isWhole: true)); // it would not be found
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/dev/null")]
    [InlineData("/dev/node2")]
    [InlineData("/dev/nod")]
    [InlineData("/devnode")]
    [InlineData("/sys/bus/usb/devices")]
    [InlineData("/sys/bus/pci/../usb")]
    [InlineData("/dev/node/../../etc/passwd", Linux.ENOTDIR)]
    [InlineData("/sys/bus/pci/drivers", Linux.ENOENT)]
    [InlineData("/sys/bus/pci/devices/0000:00:01.0/vendor", Linux.ENOENT)]
    [InlineData("/sys/absent/x", Linux.ENOENT)]
    [InlineData("/sys/bus/pci/devices/self", Linux.ELOOP)]
    [InlineData("/sys/bus/pci/devices/outside")] // it leads out of the tree
    [InlineData("/dev/node/", Linux.ENOTDIR)]
    [InlineData("/sys/bus/pci/slots/text/x", Linux.ENOTDIR)]
    public void FindsNothingElse(string path, int error = 0)
    {
        PathWalk walk = Walk(path);
        Assert.Null(walk.Node);
        Assert.Equal((error, error == 0), (walk.Error, walk.IsHost));
    }

    [Theory]
    [InlineData("/dev/node", false)]
    [InlineData("/dev/null", false)]
    [InlineData("/dev/pts/../node", true)]
    [InlineData("/sys/bus/pci/devices/outside", true)]
    [InlineData("/sys/bus/pci/slots/../../../class", true)]
    public void WhereLettersDoNotTellTheHostIsAsked(string path, bool asked) => Assert.Equal(asked, Walk(path).NeedsHost);

    [Fact]
    public void ANameThatIsNotThereHasItsDirectory()
    {
        Assert.Equal("/sys/bus/pci", Walk("/sys/bus/pci/none").Parent?.Path);
        Assert.Null(Walk("/sys/bus/pci/none/x").Parent);
        Assert.Equal(Linux.ENAMETOOLONG, Walk("/sys/bus/pci/" + new string('x', 256)).Error);
    }

    [Fact]
    public void ATreeThatChangesIsSeenAsBeforeOrAsAfter()
    {
        List<string> news = [];
        _tree.Changed = (node, isThere) => news.Add((isThere ? "+" : "-") + node);
        PathNode before = Walk("/sys/bus/pci/slots").Node!;
        _tree.Change(tree =>
        {
            tree.Remove("/sys/bus/pci/slots");
            tree.Remove("/sys/bus/pci/none");
            tree.AddDirectory("/sys/bus/pci/late", isWhole: true);
            tree.AddText("/sys/bus/pci/late/text", "x"u8.ToArray(), 0x124);
        });
        Assert.Equal(Linux.ENOENT, Walk("/sys/bus/pci/slots").Error);
        Assert.NotEmpty(before.Children);
        Assert.Equal(PathKind.Text, Walk("/sys/bus/pci/late/text").Node?.Kind);
        Assert.Equal(["-/sys/bus/pci/slots", "+/sys/bus/pci/late", "+/sys/bus/pci/late/text"], news);
    }

    [Fact]
    public void ALinkAtTheEndIsFollowedWhenAsked()
    {
        Assert.Equal(PathKind.Link, Walk("/sys/bus/pci/devices/absolute", follow: false).Node?.Kind);
        Assert.Equal(PathKind.Directory, Walk("/sys/bus/pci/devices/relative/", follow: false).Node?.Kind); // a slash asks
        Assert.Equal("/sys/bus/pci/devices/self", Walk("/sys/bus/pci/devices/self", follow: false).Node?.Path);
    }

    [Theory]
    [InlineData("/proc/self/fd/3", 7, 3)]
    [InlineData("/proc/thread-self/fd/800", 7, 800)]
    [InlineData("/proc/42/fd/3", 42, 3)]
    [InlineData("/proc/42/task/43/fd/3", 43, 3)]
    [InlineData("/dev/fd/9", 7, 9)]
    public void NamesOfDescriptorsAreRecognised(string path, int owner, int descriptor)
    {
        Assert.True(ProcDescriptor.TryParse(Encoding.UTF8.GetBytes(path), 7, out int actualOwner, out int actual));
        Assert.Equal((owner, descriptor), (actualOwner, actual));
    }

    [Theory]
    [InlineData("/proc/self/fd")]
    [InlineData("/proc/self/fd/")]
    [InlineData("/proc/self/fd/3/x")]
    [InlineData("/proc/self/fd/-3")]
    [InlineData("/proc/self/fdinfo/3")]
    [InlineData("/proc/x/fd/3")]
    [InlineData("/dev/fd/x")]
    [InlineData("/proc")]
    public void OtherNamesAreNot(string path) => Assert.False(ProcDescriptor.TryParse(Encoding.UTF8.GetBytes(path), 7, out _, out _));

    private PathWalk Walk(string path, bool follow = true) => PathWalk.From(_tree, Encoding.UTF8.GetBytes(path), follow);
}
