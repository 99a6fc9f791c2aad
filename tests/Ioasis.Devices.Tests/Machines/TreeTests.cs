using System.Globalization;
using System.Text;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Tests.Machines;

public sealed class TreeTests : IDisposable
{
    private readonly Machine _machine;

    public TreeTests()
    {
        Assert.True(MachineDescription.TryParse(
            ["vtd", "amd"], ["edu", "dmatest,group=5", "edu,iommu=ivhd0,address=0001:20:00.1", "dmatest,group=5", "edu,address=0000:01:00.0,bridge=0000:00:1c.0"], null, null,
            out MachineDescription? description, out string? error), error);
        _machine = new Machine(description!);
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Parents_come_first_and_every_path_once()
    {
        var seen = new HashSet<string> { "" };
        foreach (TreeEntry entry in _machine.Tree.Entries)
        {
            Assert.Contains(entry.Path[..entry.Path.LastIndexOf('/')], seen);
            Assert.True(seen.Add(entry.Path), entry.Path);
        }
    }

    [Fact]
    public void Every_link_leads_to_something_in_the_tree()
    {
        foreach (LinkEntry link in _machine.Tree.Entries.OfType<LinkEntry>())
            Assert.NotNull(_machine.Tree.Find(Resolve(link)));
    }

    [Theory]
    [InlineData("/sys/bus/pci/devices/0000:00:10.0", "../../../devices/pci0000:00/0000:00:10.0")]
    [InlineData("/sys/bus/pci/devices/0001:20:00.1", "../../../devices/pci0001:20/0001:20:00.1")]
    [InlineData("/sys/devices/pci0000:00/0000:00:10.0/driver", "../../../bus/pci/drivers/vfio-pci")]
    [InlineData("/sys/devices/pci0000:00/0000:00:10.0/subsystem", "../../../bus/pci")]
    [InlineData("/sys/devices/pci0000:00/0000:00:10.0/iommu_group", "../../../kernel/iommu_groups/0")]
    [InlineData("/sys/devices/pci0000:00/0000:00:10.0/iommu", "../../virtual/iommu/dmar0")]
    [InlineData("/sys/devices/pci0001:20/0001:20:00.1/iommu", "../../virtual/iommu/ivhd0")]
    [InlineData("/sys/devices/pci0000:00/0000:00:10.0/vfio-dev/vfio0/device", "../../../0000:00:10.0")]
    [InlineData("/sys/devices/pci0000:00/0000:00:10.0/vfio-dev/vfio0/subsystem", "../../../../../class/vfio-dev")]
    [InlineData("/sys/bus/pci/drivers/vfio-pci/0000:00:11.0", "../../../../devices/pci0000:00/0000:00:11.0")]
    [InlineData("/sys/kernel/iommu_groups/5/devices/0000:00:11.0", "../../../../devices/pci0000:00/0000:00:11.0")]
    [InlineData("/sys/kernel/iommu_groups/5/devices/0000:00:12.0", "../../../../devices/pci0000:00/0000:00:12.0")]
    [InlineData("/sys/class/vfio-dev/vfio1", "../../devices/pci0000:00/0000:00:11.0/vfio-dev/vfio1")]
    [InlineData("/sys/class/iommu/ivhd0", "../../devices/virtual/iommu/ivhd0")]
    [InlineData("/sys/devices/virtual/iommu/dmar0/devices/0000:00:10.0", "../../../../pci0000:00/0000:00:10.0")]
    [InlineData("/sys/dev/char/511:2", "../../devices/pci0001:20/0001:20:00.1/vfio-dev/vfio2")]
    [InlineData("/sys/dev/char/10:124", "../../devices/virtual/misc/iommu")]
    [InlineData("/sys/class/misc/iommu", "../../devices/virtual/misc/iommu")]
    [InlineData("/sys/bus/pci/devices/0000:01:00.0", "../../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0")]
    [InlineData("/sys/bus/pci/devices/0000:00:1c.0", "../../../devices/pci0000:00/0000:00:1c.0")]
    [InlineData("/sys/devices/pci0000:00/0000:00:1c.0/driver", "../../../bus/pci/drivers/pcieport")]
    [InlineData("/sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0/iommu_group", "../../../../kernel/iommu_groups/2")]
    [InlineData("/sys/class/vfio/5", "../../devices/virtual/vfio/5")]
    [InlineData("/sys/class/misc/vfio", "../../devices/virtual/misc/vfio")]
    [InlineData("/sys/bus/pci/drivers/vfio-pci/module", "../../../../module/vfio_pci")]
    [InlineData("/dev/char/10:196", "../vfio/vfio")]
    [InlineData("/dev/char/510:3", "../vfio/5")]
    [InlineData("/dev/char/511:1", "../vfio/devices/vfio1")]
    [InlineData("/dev/char/10:124", "../iommu")]
    public void Links_are_those_of_sysfs(string path, string target) =>
        Assert.Equal(target, Assert.IsType<LinkEntry>(_machine.Tree.Find(path)).Target);

    [Theory]
    [InlineData("vendor", "0x1234\n")]
    [InlineData("device", "0x11e9\n")]
    [InlineData("class", "0x00ff00\n")]
    [InlineData("revision", "0x01\n")]
    [InlineData("subsystem_vendor", "0x1af4\n")]
    [InlineData("subsystem_device", "0x1100\n")]
    [InlineData("modalias", "pci:v00001234d000011E9sv00001AF4sd00001100bc00scFFi00\n")]
    [InlineData("irq", "0\n")]
    [InlineData("numa_node", "-1\n")]
    [InlineData("vfio-dev/vfio1/dev", "511:1\n")]
    public void Attributes_have_the_kernels_format(string name, string text) =>
        Assert.Equal(text, Text($"/sys/devices/pci0000:00/0000:00:11.0/{name}"));

    [Fact]
    public void A_functions_vfio_directory_has_exactly_one_entry()
    {
        const string parent = "/sys/devices/pci0000:00/0000:00:10.0/vfio-dev";
        Assert.Equal(
            [$"{parent}/vfio0"],
            _machine.Tree.Entries.Select(entry => entry.Path).Where(path => path.StartsWith(parent + "/") && path.LastIndexOf('/') == parent.Length));
    }

    [Fact]
    public void Reserved_regions_are_those_of_the_iommu_in_front()
    {
        Assert.Equal("0x00000000fee00000 0x00000000feefffff msi\n", Text("/sys/kernel/iommu_groups/5/reserved_regions"));
        Assert.Equal(
            "0x00000000fee00000 0x00000000feefffff msi\n0x000000fd00000000 0x000000ffffffffff reserved\n",
            Text("/sys/kernel/iommu_groups/1/reserved_regions"));
    }

    [Fact]
    public void Nodes_have_the_numbers_that_sysfs_tells()
    {
        Assert.Equal(new NodeEntry("/dev/iommu", 10, 124), _machine.Tree.Find("/dev/iommu"));
        for (uint index = 0; index < 4; index++)
        {
            Assert.Equal(new NodeEntry($"/dev/vfio/devices/vfio{index}", 511, index), _machine.Tree.Find($"/dev/vfio/devices/vfio{index}"));
            string link = Resolve(Assert.IsType<LinkEntry>(_machine.Tree.Find($"/sys/class/vfio-dev/vfio{index}")));
            Assert.Equal($"511:{index}\n", Text($"{link}/dev"));
        }
    }

    [Fact]
    public void Configuration_space_and_resources_agree_with_the_attributes()
    {
        foreach (PciFunction function in _machine.Functions)
        {
            string path = Resolve(Assert.IsType<LinkEntry>(_machine.Tree.Find($"/sys/bus/pci/devices/{function.Address}")));
            byte[] config = Assert.IsType<TextEntry>(_machine.Tree.Find($"{path}/config")).Content;
            Assert.Equal(4096, config.Length);
            Assert.Equal(Text($"{path}/vendor"), $"0x{BitConverter.ToUInt16(config, 0):x4}\n");
            Assert.Equal(Text($"{path}/device"), $"0x{BitConverter.ToUInt16(config, 2):x4}\n");
            Assert.Equal(Text($"{path}/class"), $"0x{BitConverter.ToUInt32(config, 8) >> 8:x6}\n");
            Assert.Equal(0, BitConverter.ToUInt16(config, 4));
            string[] lines = Text($"{path}/resource").TrimEnd('\n').Split('\n');
            Assert.Equal(7, lines.Length);
            for (int bar = 0; bar < 6; bar++)
            {
                ulong first = ulong.Parse(lines[bar].Split(' ')[0][2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                Assert.Equal(first, BitConverter.ToUInt32(config, 0x10 + 4 * bar) & 0xfffffff0);
            }
        }
    }

    [Fact]
    public void Bars_do_not_overlap_and_lie_aligned_to_their_size()
    {
        List<Bar> bars = [.. _machine.Functions.SelectMany(function => function.Bars).OrderBy(bar => bar.Address)];
        Assert.Equal(7, bars.Count);
        for (int n = 0; n < bars.Count; n++)
        {
            Assert.Equal(0ul, bars[n].Address % bars[n].Size);
            Assert.True(n == 0 || bars[n - 1].Address + bars[n - 1].Size <= bars[n].Address);
        }
    }

    [Fact]
    public void Directories_that_every_system_has_are_not_whole_and_those_of_the_machine_are()
    {
        Assert.Equal(
            [
                "/dev", "/dev/char", "/sys", "/sys/bus", "/sys/bus/pci", "/sys/bus/pci/drivers", "/sys/class",
                "/sys/class/misc", "/sys/dev", "/sys/dev/char", "/sys/devices", "/sys/devices/virtual", "/sys/devices/virtual/misc", "/sys/kernel", "/sys/module",
            ],
            _machine.Tree.Entries.OfType<DirectoryEntry>().Where(entry => !entry.IsWhole).Select(entry => entry.Path).Order(StringComparer.Ordinal));
        Assert.True(Assert.IsType<DirectoryEntry>(_machine.Tree.Find("/dev/vfio/devices")).IsWhole);
        Assert.True(Assert.IsType<DirectoryEntry>(_machine.Tree.Find("/sys/bus/pci/devices")).IsWhole);
    }

    private string Text(string path) => _machine.Tree.Find(path) is AttributeEntry attribute
        ? attribute.Show!()
        : Encoding.ASCII.GetString(Assert.IsType<TextEntry>(_machine.Tree.Find(path)).Content);

    /// <summary>The absolute path that a link's text leads to.</summary>
    private static string Resolve(LinkEntry link)
    {
        var parts = new List<string>(link.Path.Split('/')[..^1]);
        foreach (string part in link.Target.Split('/'))
        {
            if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else
                parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
