using System.Collections.Concurrent;
using Ioasis.Devices.Pci;
using static Ioasis.Devices.Tests.Drivers.DriverBench;

namespace Ioasis.Devices.Tests.Drivers;

/// <summary>A model's exception takes its device out, is told in one line, and nothing else happens.</summary>
public sealed class ModelFailureTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("read", "when a register was read")]
    [InlineData("write", "when a register was written")]
    [InlineData("work", "in its work")]
    [InlineData("reset", "when it was reset")]
    public void The_device_goes_and_the_others_stay(string place, string doing)
    {
        using DriverBench bench = new(FaultyModel.Model);
        var lines = new ConcurrentQueue<string>();
        bench.Machine.Notice = lines.Enqueue;
        var faulty = (FaultyModel)bench.Machine.Functions[0];
        faulty.Open();
        byte[] bytes = new byte[4];
        Assert.True(faulty.TryReadBar(0, 0, bytes));
        Assert.Equal(42, bytes[0]);

        faulty.Breaks = place;
        Assert.True(faulty.TryReadBar(0, 0, bytes));
        Assert.True(faulty.TryWriteBar(0, 0, bytes));
        if (place == "reset")
            faulty.Reset(); // it would call work off that has not begun
        Assert.True(SpinWait.SpinUntil(() => !bench.Has(Device(First, "vendor")), s_patience));
        string line = Assert.Single(lines);
        Assert.Equal($"0000:00:10.0 (FaultyModel) is taken out: its model failed {doing}: InvalidOperationException: line one line two", line);
        Assert.True(faulty.TryReadBar(0, 0, bytes));
        Assert.Equal(new byte[] { 0xff, 0xff, 0xff, 0xff }, bytes);
        faulty.ReadConfig(0, bytes);
        Assert.Equal(new byte[] { 0xff, 0xff, 0xff, 0xff }, bytes);
        faulty.Close();

        Assert.Equal("vfio-pci", bench.DriverOf(Second));
        PciFunction other = bench.Machine.Functions[1];
        other.Open();
        other.ReadConfig(0, bytes);
        Assert.Equal(0x34, bytes[0]);

        faulty.Breaks = "";
        bench.Machine.Bus.Rescan();
        Assert.True(bench.Has(Device(First, "vfio-dev/vfio0")));
        faulty.Open();
        Assert.True(faulty.TryReadBar(0, 0, bytes));
        Assert.Equal(42, bytes[0]);
    }

    [Fact]
    public void A_model_that_cannot_be_stopped_does_not_keep_the_others_running()
    {
        DriverBench bench = new(FaultyModel.Model);
        var lines = new ConcurrentQueue<string>();
        bench.Machine.Notice = lines.Enqueue;
        ((FaultyModel)bench.Machine.Functions[0]).Breaks = "stop";
        bench.Dispose();
        Assert.True(SpinWait.SpinUntil(() => !lines.IsEmpty, s_patience));
        Assert.Contains("when it was stopped", Assert.Single(lines), StringComparison.Ordinal);
    }
}
