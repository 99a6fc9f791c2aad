using Ioasis.Devices.Machines;
using Ioasis.Devices.Models;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Tests.Machines;

public sealed class DescriptionTests
{
    [Fact]
    public void Without_a_word_there_is_one_vtd_with_edu_and_dmatest()
    {
        MachineDescription machine = MachineDescription.Default;
        IommuDescription iommu = Assert.Single(machine.Iommus);
        Assert.Equal(("dmar0", IommuType.Vtd), (iommu.Name, iommu.Type));
        Assert.Equal(new AddressRange(0, (1ul << 48) - 1), iommu.Aperture);
        Assert.Equal([new ReservedRegion(new(0xfee00000, 0xfeefffff), ReservedKind.Msi)], iommu.Reserved);
        Assert.Equal(["edu 0000:00:10.0 dmar0 0", "dmatest 0000:00:11.0 dmar0 1"], machine.Devices.Select(Line));
    }

    [Fact]
    public void Options_choose_and_the_rest_is_automatic_around_them()
    {
        MachineDescription machine = Parse(
            ["smmuv3", "vtd,name=second,aperture=0-0x7fffffffff,page_sizes=4K+2M,reserved=0x1000-0x1fff,reserved=0-0xfff:direct"],
            ["edu", "edu,address=0000:00:10.0,dma_mask=0xffffffff", "dmatest,iommu=second,group=0,vectors=1", "edu,group=7", "edu,group=7"]);
        Assert.Equal(["smmu3.0", "second"], machine.Iommus.Select(iommu => iommu.Name));
        Assert.Equal(1ul << 12 | 1ul << 21, machine.Iommus[1].PageSizes);
        Assert.Equal(
            [new(new(0, 0xfff), ReservedKind.Direct), new ReservedRegion(new(0x1000, 0x1fff), ReservedKind.Reserved)],
            machine.Iommus[1].Reserved);
        Assert.Equal(
            ["edu 0000:00:11.0 smmu3.0 1", "edu 0000:00:10.0 smmu3.0 2", "dmatest 0000:00:12.0 second 0",
                "edu 0000:00:13.0 smmu3.0 7", "edu 0000:00:14.0 smmu3.0 7"],
            machine.Devices.Select(Line));
        Assert.Equal(0x0ffffffful, machine.Devices[0].Options.Get(Edu.DmaMask));
        Assert.Equal(0xfffffffful, machine.Devices[1].Options.Get(Edu.DmaMask));
        Assert.Equal(1ul, machine.Devices[2].Options.Get(DmaTest.Vectors));
    }

    [Fact]
    public void More_devices_than_slots_go_on_on_the_next_bus()
    {
        MachineDescription machine = Parse([], [.. Enumerable.Repeat("edu", 17)]);
        Assert.Equal("edu 0000:01:00.0 dmar0 16", Line(machine.Devices[16]));
    }

    [Fact]
    public void A_file_says_the_same_and_options_add_to_it()
    {
        const string file = """
            {
              // comments are welcome
              "iommus": [ { "type": "amd", "reserved": "none" }, { "type": "riscv", "page_sizes": ["4K", "1G"] } ],
              "devices": [
                { "model": "edu", "iommu": "riscv-iommu0", "dma_mask": 65535, "group": 3 },
              ],
            }
            """;
        MachineDescription machine = Parse([], ["dmatest"], file);
        Assert.Empty(machine.Iommus[0].Reserved);
        Assert.Equal(ulong.MaxValue, machine.Iommus[0].Aperture.Last);
        Assert.Equal(1ul << 12 | 1ul << 30, machine.Iommus[1].PageSizes);
        Assert.Equal(["edu 0000:00:10.0 riscv-iommu0 3", "dmatest 0000:00:11.0 ivhd0 0"], machine.Devices.Select(Line));
        Assert.Equal(65535ul, machine.Devices[0].Options.Get(Edu.DmaMask));
    }

    [Theory]
    [InlineData("gpu", "--device gpu: there is no device model \"gpu\"; there are edu, dmatest")]
    [InlineData("edu,", "--device edu,: \"\" is not NAME=VALUE")]
    [InlineData("edu,=1", "--device edu,=1: \"=1\" is not NAME=VALUE")]
    [InlineData("edu,colour=red", "--device edu,colour=red: edu has no setting \"colour\"; it has address, iommu, bridge, group, driver, class, dma_mask")]
    [InlineData("edu,dma_mask=x", "--device edu,dma_mask=x: dma_mask \"x\" is no number from 0x0 to 0xffffffffffffffff")]
    [InlineData("dmatest,vectors=5", "--device dmatest,vectors=5: vectors \"5\" is no number from 0x1 to 0x4")]
    [InlineData("edu,group=1,group=2", "--device edu,group=1,group=2: group is given twice")]
    [InlineData("edu,group=-1", "--device edu,group=-1: group \"-1\" is no number from 0 to 65535")]
    [InlineData("edu,address=10", "--device edu,address=10: address \"10\" is no PCI address such as 0000:00:10.0")]
    [InlineData("edu,iommu=no", "--device edu,iommu=no: there is no IOMMU \"no\"; there are dmar0")]
    public void A_wrong_device_is_named_with_what_is_wrong(string device, string error) =>
        Assert.StartsWith(error, Error([], [device]), StringComparison.Ordinal); // models of other tests may follow

    [Theory]
    [InlineData("vtdd", "--iommu vtdd: there is no IOMMU type \"vtdd\"; there are vtd, smmuv3, amd, riscv, mock")]
    [InlineData("vtd,speed=1", "--iommu vtd,speed=1: vtd has no setting \"speed\"; it has name, aperture, page_sizes, reserved")]
    [InlineData("vtd,aperture=5", "--iommu vtd,aperture=5: aperture \"5\" is not FIRST-LAST, two addresses")]
    [InlineData("vtd,aperture=5-4", "--iommu vtd,aperture=5-4: aperture \"5-4\" is not FIRST-LAST, two addresses")]
    [InlineData("vtd,page_sizes=3K", "--iommu vtd,page_sizes=3K: page size \"3K\" is no power of two from 4096 up")]
    [InlineData("vtd,reserved=1-2:magic", "--iommu vtd,reserved=1-2:magic: a reserved region is reserved, msi, sw-msi or direct, not \"magic\"")]
    [InlineData("vtd,reserved=1", "--iommu vtd,reserved=1: reserved \"1\" is not FIRST-LAST[:KIND]")]
    [InlineData("vtd,name=a/b", "--iommu vtd,name=a/b: \"a/b\" cannot be a name: up to 64 letters, digits and - _ . : + can, not first a dot")]
    public void A_wrong_iommu_is_named_with_what_is_wrong(string iommu, string error) => Assert.Equal(error, Error([iommu], []));

    [Fact]
    public void What_two_cannot_have_at_once_is_refused_with_both_named()
    {
        Assert.Equal(
            "--device edu,address=00:05.0: the address 0000:00:05.0 is taken by --device dmatest,address=0000:00:05.0",
            Error([], ["dmatest,address=0000:00:05.0", "edu,address=00:05.0"]));
        Assert.Equal("--iommu amd,name=x: the name x is taken by --iommu vtd,name=x", Error(["vtd,name=x", "amd,name=x"], []));
        Assert.Equal(
            "--device edu,iommu=ivhd0,group=1: group 1 is behind IOMMU dmar0, this device behind ivhd0",
            Error(["vtd", "amd"], ["edu,group=1", "edu,iommu=ivhd0,group=1"]));
        Assert.Equal(
            "--device edu,address=01:00.1,bridge=00:1d.0: 0000:01:00.1 is behind the bridge 0000:00:1d.0, and --device edu,address=01:00.0,bridge=00:1c.0, on the same bus, behind the bridge 0000:00:1c.0",
            Error([], ["edu,address=01:00.0,bridge=00:1c.0", "edu,address=01:00.1,bridge=00:1d.0"]));
        Assert.Equal(
            "--device edu,address=01:00.1: 0000:01:00.1 is on a root bus, and --device edu,address=01:00.0,bridge=00:1c.0, on the same bus, behind the bridge 0000:00:1c.0",
            Error([], ["edu,address=01:00.0,bridge=00:1c.0", "edu,address=01:00.1"]));
        Assert.Equal(
            "--device edu,address=02:00.0,bridge=00:1c.0: the bridge 0000:00:1c.0 leads to bus 01 already, for --device edu,address=01:00.0,bridge=00:1c.0",
            Error([], ["edu,address=01:00.0,bridge=00:1c.0", "edu,address=02:00.0,bridge=00:1c.0"]));
        Assert.Equal(
            "--device edu,address=00:11.0,bridge=00:1c.0: the bridge 0000:00:1c.0 cannot be above 0000:00:11.0: it must be in the same domain, on a lower bus",
            Error([], ["edu,address=00:11.0,bridge=00:1c.0"]));
        Assert.Equal(
            "--device edu,address=01:00.0,bridge=00:10.0: the address 0000:00:10.0 of the bridge is taken by --device edu,address=00:10.0",
            Error([], ["edu,address=01:00.0,bridge=00:10.0", "edu,address=00:10.0"]));
        Assert.Equal(
            "--device edu,bridge=00:1c.0: behind a bridge, a device needs an address on the bridge's bus", Error([], ["edu,bridge=00:1c.0"]));
        Assert.Equal(
            "--device dmatest,memory=5000: memory \"5000\" is no size of memory: a power of two from 4K up, or 0", Error([], ["dmatest,memory=5000"]));
        Assert.Equal("257 devices are more than the 256 that a machine can have", Error([], [.. Enumerable.Repeat("edu", 257)]));
    }

    [Theory]
    [InlineData("[]", "m.json: a machine is an object with \"iommus\" and \"devices\"")]
    [InlineData("{\"cpus\": []}", "m.json: a machine has no \"cpus\"; it has iommus and devices")]
    [InlineData("{\"devices\": {}}", "m.json: devices is not an array")]
    [InlineData("{\"devices\": [1]}", "m.json: devices[0] is not an object")]
    [InlineData("{\"devices\": [{}]}", "m.json: devices[0] has no \"model\"")]
    [InlineData("{\"iommus\": [{\"type\": []}]}", "m.json: iommus[0].type is not a string")]
    [InlineData("{\"devices\": [{\"model\": \"edu\"}, {\"model\": \"edu\", \"group\": {}}]}", "m.json: devices[1].group is neither a string nor a number")]
    [InlineData("{\"devices\": [{\"model\": \"edu\", \"dma_mask\": -1}]}", "m.json: devices[0]: dma_mask \"-1\" is no number from 0x0 to 0xffffffffffffffff")]
    public void A_wrong_file_is_named_with_the_place(string text, string error) => Assert.Equal(error, Error([], [], text));

    [Fact]
    public void A_file_that_is_no_json_is_named_with_line_and_column()
    {
        string error = Error([], [], "{\n  \"devices\": [ oops ]\n}");
        Assert.StartsWith("m.json, line 2, column 16: 'o' is an invalid start of a value", error);
        Assert.StartsWith("m.json: Duplicate property 'devices'", Error([], [], "{\"devices\": [], \"devices\": []}"));
        Assert.StartsWith("m.json, line 1, column 1: ", Error([], [], ""));
    }

    private static string Line(DeviceDescription device) => $"{device.Model.Name} {device.Address} {device.Iommu} {device.Group}";

    private static MachineDescription Parse(string[] iommus, string[] devices, string? file = null)
    {
        Assert.True(MachineDescription.TryParse(iommus, devices, "m.json", file, out MachineDescription? machine, out string? error), error);
        return machine!;
    }

    private static string Error(string[] iommus, string[] devices, string? file = null)
    {
        Assert.False(MachineDescription.TryParse(iommus, devices, "m.json", file, out MachineDescription? machine, out string? error));
        Assert.Null(machine);
        return error!;
    }
}
