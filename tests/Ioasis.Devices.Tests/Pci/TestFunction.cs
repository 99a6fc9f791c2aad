using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Tests.Pci;

/// <summary>A function with every capability, whose registers record the accesses and read as their own offset.</summary>
public sealed class TestFunction : PciFunction
{
    public const int TableBar = 4;

    public TestFunction(PhysicalDevice physical)
        : base(new DevicePlace(new PciAddress(0, physical.Rid), physical, DeviceOptions.DefaultsOf([])), new FunctionLayout
        {
            Identity = new PciIdentity(0x1af4, 0x1234, 0x020000, 7, 0x1111, 0x2222),
            InterruptPin = 1,
            Bars = [new Bar(0, 1 << 16), new Bar(2, 1ul << 33, is64Bit: true, isPrefetchable: true), new Bar(TableBar, 4096)],
            Capabilities =
            [
                new PowerCapability(), new MsiCapability(4), new MsixCapability(8, TableBar, 0x100, 0x800), new ExpressCapability(),
            ],
        })
    {
        PlaceBars(bar => bar.Is64Bit ? 0x80_0000_0000 : 0xc000_0000 + ((ulong)bar.Index << 20));
    }

    public List<string> Accesses { get; } = [];

    public int Resets { get; private set; }

    public void Message(uint vector) => SendMessage(vector);

    protected override ulong ReadRegister(int bar, ulong offset, int size)
    {
        Accesses.Add($"r{bar}:{offset:x}/{size}");
        return 0x0807060504030201 + offset;
    }

    protected override void WriteRegister(int bar, ulong offset, ulong value, int size) =>
        Accesses.Add($"w{bar}:{offset:x}/{size}={value:x}");

    protected override void OnReset() => Resets++;
}
