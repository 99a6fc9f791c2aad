using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Devices.Work;

namespace Ioasis.Devices.Tests.Drivers;

/// <summary>A model that throws where it is told to.</summary>
internal sealed class FaultyModel : PciFunction
{
    public static readonly DeviceModel Model = new(
        "faulty", new PciIdentity(0x1234, 0x1111, 0x00ff00, 0, 0, 0), "throws", [], place => new FaultyModel(place));

    private readonly DeviceWorker _worker;

    private FaultyModel(DevicePlace place)
        : base(place, new FunctionLayout
        {
            Identity = Model.Identity,
            Bars = [new Bar(0, 4096)],
            Capabilities = [new ExpressCapability()],
        }) => _worker = AddWorker();

    /// <summary>read, write, work, reset, stop.</summary>
    public string Breaks { get; set; } = "";

    protected override ulong ReadRegister(int bar, ulong offset, int size)
    {
        BreakAt("read");
        return 42;
    }

    protected override void WriteRegister(int bar, ulong offset, ulong value, int size)
    {
        BreakAt("write");
        _worker.Post(_ => BreakAt("work"));
    }

    protected override void OnReset() => BreakAt("reset");

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        BreakAt("stop");
    }

    private void BreakAt(string place)
    {
        if (Breaks == place)
            throw new InvalidOperationException("line one\nline two");
    }
}
