using System.Buffers.Binary;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Work;

namespace Ioasis.Devices.Tests.Pci;

/// <summary>A device whose DMA waits for memory that its owner does not deliver: what else it does, and what a reset does.</summary>
public sealed class StuckDmaTests : IDisposable
{
    private const int Command = 8, Status = 0xc;
    private const uint Run = 1, RunFromMemory = Run | 2, RunToMemory = Run;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SlowRig _rig = new();
    private readonly DmaTest _device;

    public StuckDmaTests()
    {
        _device = new DmaTest(Place) { Patience = TimeSpan.FromMilliseconds(5) };
        _device.Open();
        Enable();
    }

    public void Dispose()
    {
        _rig.Memory.Delivers.Set();
        _device.Dispose();
    }

    [Fact]
    public void Registers_answer_while_a_reset_waits()
    {
        var patient = new DmaTest(Place) { Patience = TimeSpan.FromDays(1) };
        patient.Open();
        patient.WriteConfig(ConfigOffset.Command, [6, 0]);
        Write(patient, Command, RunFromMemory);
        Assert.True(_rig.Memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        var reset = new Thread(patient.Reset);
        reset.Start();
        Assert.False(reset.Join(20));
        Assert.Equal(RunFromMemory, Read(patient, Command));
        _rig.Memory.Delivers.Set();
        Assert.True(reset.Join(Patience));
        Assert.Equal(0u, Read(patient, Command));
        patient.Dispose();
    }

    [Fact]
    public void A_reset_leaves_a_stuck_transfer_behind_and_the_device_works()
    {
        for (int time = 0; time < DeviceWorker.MostLeftBehind; time++)
        {
            _rig.Memory.Asked.Reset();
            Write(_device, Command, RunFromMemory);
            Assert.True(_rig.Memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
            _device.Reset();
            Assert.Equal((0u, 0u), (Read(_device, Command), Read(_device, Status)));
        }

        Write(_device, Command, RunToMemory);
        Assert.True(SpinWait.SpinUntil(() => (Read(_device, Command) & Run) == 0, Patience));
        Assert.Equal(0u, Read(_device, Status));
        _rig.Memory.Delivers.Set();
        Write(_device, Command, RunFromMemory);
        Assert.True(SpinWait.SpinUntil(() => (Read(_device, Command) & Run) == 0, Patience));
        Assert.Equal(0u, Read(_device, Status));
    }

    [Fact]
    public void A_close_does_not_wait_longer_either()
    {
        Write(_device, Command, RunFromMemory);
        Assert.True(_rig.Memory.Asked.Wait(Patience, TestContext.Current.CancellationToken));
        _device.Close();
        _device.Open();
        Enable();
        Write(_device, Command, RunToMemory);
        Assert.True(SpinWait.SpinUntil(() => (Read(_device, Command) & Run) == 0, Patience));
    }

    private DevicePlace Place => new(new PciAddress(0, _rig.Device.Rid), _rig.Device, DeviceOptions.DefaultsOf(DmaTest.Model.Options));

    private void Enable() => _device.WriteConfig(ConfigOffset.Command, [6, 0]);

    private static uint Read(DmaTest device, ulong at)
    {
        byte[] bytes = new byte[sizeof(uint)];
        Assert.True(device.TryReadBar(0, at, bytes));
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private static void Write(DmaTest device, ulong at, uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Assert.True(device.TryWriteBar(0, at, bytes));
    }
}
