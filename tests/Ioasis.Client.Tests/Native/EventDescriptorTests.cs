using Ioasis.Client.Native;

namespace Ioasis.Client.Tests.Native;

public sealed class EventDescriptorTests
{
    [Fact]
    public void AWaitTakesEverySignalAtOnce()
    {
        using EventDescriptor one = EventDescriptor.Create();
        one.Signal();
        one.Signal();
        one.Signal();
        Assert.Equal(3u, one.Wait(null, TimeSpan.Zero));
        Assert.Equal(0u, one.Wait(null, TimeSpan.Zero));
    }

    [Fact]
    public void AWaitThatTakesTooLongEndsWithNothing()
    {
        using EventDescriptor one = EventDescriptor.Create();
        Assert.Equal(0u, one.Wait(null, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void AStoppedWaitEndsWithNothing()
    {
        using EventDescriptor one = EventDescriptor.Create(), stop = EventDescriptor.Create();
        stop.Signal();
        Assert.Equal(0u, one.Wait(stop, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void ASignalFromAnotherThreadEndsAWait()
    {
        using EventDescriptor one = EventDescriptor.Create();
        Thread other = new(one.Signal);
        other.Start();
        Assert.Equal(1u, one.Wait(null, TimeSpan.FromSeconds(20)));
        other.Join();
    }
}
