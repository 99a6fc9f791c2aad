using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

/// <summary>The checks before a function sees the request; what the function makes of it is tested with the function.</summary>
public sealed class SetIrqsTests : IDisposable
{
    private const uint None = 1, Bool = 2, Event = 4, Trigger = 32;
    private readonly VfioBench _bench = new();

    public SetIrqsTests()
    {
        _bench.Bind(_bench.Edu);
        _bench.Bind(_bench.DmaTest);
        for (int n = 0; n < 4; n++)
            _bench.Caller.Descriptors[100 + n] = new CountingLine();
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(36u, Event | Trigger, 2u, 0u, 4u, ErrnoCode.None)]
    [InlineData(24u, Event | Trigger, 2u, 3u, 1u, ErrnoCode.None)]
    [InlineData(64u, Event | Trigger, 2u, 0u, 1u, ErrnoCode.None)]
    [InlineData(19u, Event | Trigger, 2u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(20u, Event | Trigger, 2u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(35u, Event | Trigger, 2u, 0u, 4u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 2u, 0u, 5u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 2u, 4u, 0u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 2u, 4u, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 2u, 2u, uint.MaxValue, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 2u, uint.MaxValue, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 0u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 1u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger, 5u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | None | Trigger, 2u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Trigger, 2u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event | Trigger | 64, 2u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(64u, Event, 2u, 0u, 1u, ErrnoCode.ENOTTY)]
    [InlineData(20u, None | Trigger, 3u, 0u, 1u, ErrnoCode.EINVAL)]
    [InlineData(21u, Bool | Trigger, 3u, 0u, 1u, ErrnoCode.None)]
    [InlineData(20u, Bool | Trigger, 3u, 0u, 1u, ErrnoCode.EINVAL)]
    public void Length_range_and_flags_are_checked(uint argsz, uint flags, uint index, uint start, uint count, ErrnoCode errno) =>
        Assert.Equal(errno, Set(_bench.DmaTest, argsz, flags, index, start, count));

    [Fact]
    public void Data_that_cannot_be_read_is_EFAULT_and_changes_nothing()
    {
        const ulong at = ArrayMemory.End - 24;
        _bench.Caller.Bytes.Put(new vfio_irq_set { argsz = 28, flags = (vfio_irq_set_flags)(Event | Trigger), index = 2, count = 2 }, at);
        Assert.Equal(ErrnoCode.EFAULT, _bench.DmaTest.Ioctl(_bench.Caller, VFIO_DEVICE_SET_IRQS, at, out _, ref _bench.Why).Code);
        Assert.Equal(ErrnoCode.None, Set(_bench.DmaTest, 36, Event | Trigger, 2, 0, 4));
    }

    [Fact]
    public void Loopback_fires_the_eventfd()
    {
        Assert.Equal(ErrnoCode.None, Set(_bench.Edu, 24, Event | Trigger, 1, 0, 1));
        Assert.Equal(ErrnoCode.None, Set(_bench.Edu, 20, None | Trigger, 1, 0, 1));
        Assert.Equal(1, ((CountingLine)_bench.Caller.Descriptors[100]!).Signals);
    }

    [Fact]
    public void A_vector_is_taken_away_by_minus_one_and_all_by_an_empty_range()
    {
        Assert.Equal(ErrnoCode.None, Set(_bench.DmaTest, 36, Event | Trigger, 2, 0, 4));
        _bench.Caller.Bytes.Put(new vfio_irq_set { argsz = 24, flags = (vfio_irq_set_flags)(Event | Trigger), index = 2, start = 1, count = 1 });
        _bench.Caller.Bytes.Put(-1, ArrayMemory.Base + 20);
        Assert.True(_bench.DmaTest.Ioctl(_bench.Caller, VFIO_DEVICE_SET_IRQS, ArrayMemory.Base, out _, ref _bench.Why).Succeeded);
        Assert.Equal([false, true, false, false], Disposed());
        Assert.Equal(ErrnoCode.None, Set(_bench.DmaTest, 20, None | Trigger, 2, 0, 0));
        Assert.Equal([true, true, true, true], Disposed());
    }

    private IEnumerable<bool> Disposed() => Enumerable.Range(100, 4).Select(n => ((CountingLine)_bench.Caller.Descriptors[n]!).IsDisposed);

    private ErrnoCode Set(DeviceFile file, uint argsz, uint flags, uint index, uint start, uint count)
    {
        _bench.Caller.Bytes.Put(new vfio_irq_set { argsz = argsz, flags = (vfio_irq_set_flags)flags, index = index, start = start, count = count });
        for (int n = 0; n < 4; n++)
            _bench.Caller.Bytes.Put(100 + n, ArrayMemory.Base + 20 + 4 * (ulong)n);
        return file.Ioctl(_bench.Caller, VFIO_DEVICE_SET_IRQS, ArrayMemory.Base, out _, ref _bench.Why).Code;
    }
}
