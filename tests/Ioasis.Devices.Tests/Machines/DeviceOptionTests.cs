using Ioasis.Devices.Machines;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;

namespace Ioasis.Devices.Tests.Machines;

/// <summary>A model that somebody adds, with an option of each kind.</summary>
public sealed class DeviceOptionTests
{
    private static readonly DeviceOption<ulong> s_number = DeviceOption.Number("number", 3, 1, 4, "");
    private static readonly DeviceOption<ulong> s_size = DeviceOption.BarSize("size", 0, 1 << 20, "");
    private static readonly DeviceOption<bool> s_flag = DeviceOption.Flag("flag", true, "");
    private static readonly DeviceOption<string> s_choice = DeviceOption.Choice("choice", ["tea", "coffee"], "");
    private static readonly DeviceOption<string> s_file = DeviceOption.File("file", "");

    private static readonly DeviceModel s_model = new(
        "with-options", new PciIdentity(0x1234, 0x2222, 0xff0000), "", [s_number, s_size, s_flag, s_choice, s_file], place => new Plain(place));

    public DeviceOptionTests() => DeviceModels.Add(s_model);

    [Fact]
    public void Each_has_its_default() => Assert.Equal((3ul, 0ul, true, "tea", ""), Values("with-options"));

    [Fact]
    public void Each_is_what_the_user_says() => Assert.Equal(
        (4ul, 4096ul, false, "coffee", "/a/b"), Values("with-options,number=4,size=4K,flag=off,choice=coffee,file=/a/b"));

    [Theory]
    [InlineData("number=5", "number \"5\" is no number from 0x1 to 0x4")]
    [InlineData("size=5000", "size \"5000\" is no size of memory: a power of two from 4K up, or 0")]
    [InlineData("size=2M", "size \"2M\" is no number from 0x0 to 0x100000")]
    [InlineData("flag=yes", "flag \"yes\" is not on or off")]
    [InlineData("choice=milk", "choice \"milk\" is none of tea, coffee")]
    public void A_mistake_is_told(string setting, string problem)
    {
        Assert.False(MachineDescription.TryParse([], ["with-options," + setting], null, null, out _, out string? error));
        Assert.Equal($"--device with-options,{setting}: {problem}", error);
    }

    [Fact]
    public void A_default_must_be_a_value()
    {
        Assert.Throws<ArgumentException>(() => DeviceOption.Number("n", 5, 1, 4, ""));
        Assert.Throws<ArgumentException>(() => DeviceOption.BarSize("n", 5000, 1 << 20, ""));
    }

    [Fact]
    public void A_model_is_added_once_and_under_a_name_of_its_own()
    {
        DeviceModels.Add(s_model);
        Assert.Single(DeviceModels.All, model => model.Name == "with-options");
        Assert.Throws<ArgumentException>(() => DeviceModels.Add(s_model with { Name = "edu" }));
        Assert.Throws<ArgumentException>(() => DeviceModels.Add(s_model with { Name = "a,b" }));
    }

    [Fact]
    public void A_machine_has_a_device_of_it()
    {
        Assert.True(MachineDescription.TryParse([], ["with-options"], null, null, out MachineDescription? description, out _));
        using Machine machine = new(description!);
        Assert.IsType<Plain>(Assert.Single(machine.Functions));
    }

    private static (ulong Number, ulong Size, bool Flag, string Choice, string File) Values(string device)
    {
        Assert.True(MachineDescription.TryParse([], [device], null, null, out MachineDescription? machine, out string? error), error);
        DeviceOptions options = machine!.Devices[0].Options;
        return (options.Get(s_number), options.Get(s_size), options.Get(s_flag), options.Get(s_choice), options.Get(s_file));
    }

    private sealed class Plain(DevicePlace place) : PciFunction(place, new FunctionLayout
    {
        Identity = s_model.Identity,
        Capabilities = [new ExpressCapability()],
    });
}
