using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Devices;

public sealed class InterruptTests : IDisposable
{
    private const ulong Raise = 0x60, Acknowledge = 0x64;

    private readonly EmbeddedSystem _system = new("edu");
    private readonly Iommu _iommu;
    private readonly VfioDevice _edu;

    public InterruptTests()
    {
        _iommu = Iommu.Open(_system.Transport);
        _edu = _iommu.OpenDevice("00:10.0");
        _edu.Bind(_iommu);
        _edu.BusMaster = true;
    }

    public void Dispose()
    {
        _edu.Dispose();
        _iommu.Dispose();
        _system.Dispose();
    }

    [Fact]
    public void AnMsiArrivesOncePerMessageAndIsCounted()
    {
        using InterruptSet msi = _edu.EnableMsi();
        Assert.False(msi[0].TryWait(TimeSpan.Zero, out _));
        _edu.Region(0).Write(Raise, 1u);
        _edu.Region(0).Write(Raise, 1u);
        Assert.Equal(2u, msi[0].Wait());
        Assert.False(msi[0].TryWait(TimeSpan.Zero, out _));
    }

    [Fact]
    public void IntxMasksItselfUntilItIsUnmasked()
    {
        using InterruptSet intx = _edu.EnableIntx();
        _edu.Region(0).Write(Raise, 1u);
        Assert.Equal(1u, intx[0].Wait());
        intx.Unmask(); // still asserted: interrupts again
        Assert.Equal(1u, intx[0].Wait());
        _edu.Region(0).Write(Acknowledge, 1u);
        intx.Unmask();
        Assert.False(intx[0].TryWait(TimeSpan.Zero, out _));
    }

    [Fact]
    public async Task AnAsynchronousWaitEndsWithTheInterrupt()
    {
        using InterruptSet msi = _edu.EnableMsi();
        Task<ulong> wait = msi[0].WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);
        _edu.Region(0).Write(Raise, 1u);
        Assert.Equal(1u, await wait.WaitAsync(Rig.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AnAsynchronousWaitCanBeCancelled()
    {
        using InterruptSet msi = _edu.EnableMsi();
        using CancellationTokenSource stop = new();
        Task<ulong> wait = msi[0].WaitAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => wait.WaitAsync(Rig.Patience, TestContext.Current.CancellationToken));
        _edu.Region(0).Write(Raise, 1u);
        Assert.Equal(1u, msi[0].Wait()); // the cancelled wait took nothing
    }

    [Fact]
    public void TriggerSignalsWithoutTheDevice()
    {
        using InterruptSet msi = _edu.EnableMsi();
        msi.Trigger();
        Assert.Equal(1u, msi[0].Wait());
    }

    [Fact]
    public void DisposedInterruptsAreDisabledAndAnotherKindCanBeEnabled()
    {
        InterruptSet msi = _edu.EnableMsi();
        Assert.Equal("EINVAL", Assert.Throws<IommuException>(() => _edu.EnableIntx()).ErrnoName);
        msi.Dispose();
        msi.Dispose();
        Assert.Throws<ObjectDisposedException>(() => msi[0].Wait());
        using InterruptSet intx = _edu.EnableIntx();
        _edu.Region(0).Write(Raise, 1u);
        Assert.Equal(1u, intx[0].Wait());
    }

    [Fact]
    public void MoreVectorsThanThereAreAreRefusedWithAReason()
    {
        IommuException refused = Assert.Throws<IommuException>(() => _edu.EnableMsi(2));
        Assert.Equal(("VFIO_DEVICE_SET_IRQS", "EINVAL"), (refused.Call, refused.ErrnoName));
        Assert.NotNull(refused.Reason);
    }
}
