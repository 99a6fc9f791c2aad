using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Dma;

/// <summary>Unmap, detach and replace against DMA that is under way.</summary>
public sealed class UnmapRaceTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void AnUnmapWaitsForAnOpenSectionAndNotForOneThatStartsLater()
    {
        FakeMemory memory = new(4);
        PhysicalDevice device = _lab.Device();
        DmaPort late = device.OpenPort(), early = device.OpenPort(); // the barrier looks at them in this order
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(device), space);
        _lab.Map(space, memory, 0, 0x1000, 0x1000);

        DmaSection open = early.Enter();
        Reason why = default;
        Assert.True(open.TryTranslate(new Iova(0x1000), AreaAccess.Read, out HostAddress address, out ulong length, ref why));
        Assert.Equal((memory.Address(), 0x1000ul), (address, length));

        Thread unmap = new(() => _lab.Unmap(space, 0x1000, 0x1000));
        unmap.Start();
        SpinWait.SpinUntil(() => Volatile.Read(ref early.AwaitedSection) != 0); // it has seen both, and waits
        DmaSection later = late.Enter();
        Assert.False(later.TryTranslate(new Iova(0x1000), AreaAccess.Read, out _, out _, ref why));
        Thread.Sleep(50); // time for a barrier that does not wait to be past
        Assert.True(unmap.IsAlive);
        Assert.Equal(1u, memory.Owner.User.Pages);
        open.Dispose();
        unmap.Join(); // although the later section is open
        Assert.Equal(0u, memory.Owner.User.Pages);
        later.Dispose();
    }

    [Fact]
    public void AnUnmapWaitsForTheDmaOfAGroupMemberThatIsNotBoundItself()
    {
        FakeMemory memory = new(4);
        IommuGroup group = _lab.Group();
        PhysicalDevice bound = _lab.Device(group), sibling = _lab.Device(group);
        DmaPort port = sibling.OpenPort();
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(bound), space);
        _lab.Map(space, memory, 0, 0x1000, 0x1000);
        DmaSection open = port.Enter();
        Reason why = default;
        Assert.True(open.TryTranslate(new Iova(0x1000), AreaAccess.Read, out _, out _, ref why));
        Thread unmap = new(() => _lab.Unmap(space, 0x1000, 0x1000));
        unmap.Start();
        SpinWait.SpinUntil(() => space.AreaCount == 0);
        Thread.Sleep(50);
        Assert.True(unmap.IsAlive);
        open.Dispose();
        unmap.Join();
    }

    /// <summary>
    /// The memory of an area is poisoned as soon as its unmap has returned; a DMA that still reads it sees the poison. Each
    /// page holds the number of its own mapping, so a torn or stale translation shows too.
    /// </summary>
    [Fact]
    public void NoDmaSeesMemoryAfterItsUnmapHasReturned()
    {
        const int Threads = 2, Pages = 16, Rounds = 20_000;
        FakeMemory memory = new(Pages, registered: true);
        Ioas space = _lab.Space();
        PhysicalDevice device = _lab.Device();
        _lab.Attach(_lab.Bind(device), space);
        bool stop = false;
        int wrong = 0;
        long good = 0;
        Thread[] readers = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            DmaPort port = device.OpenPort();
            Random random = new(Environment.CurrentManagedThreadId);
            byte[] bytes = new byte[256];
            while (!Volatile.Read(ref stop))
            {
                int page = random.Next(Pages);
                if (!port.Read(new Iova((ulong)(page + 1) << 12), bytes))
                    continue;
                Interlocked.Increment(ref good);
                if (bytes.AsSpan().IndexOfAnyExcept((byte)(page + 1)) >= 0)
                    Interlocked.Increment(ref wrong);
            }
        }))];
        Array.ForEach(readers, reader => reader.Start());
        for (int i = 0; i < Rounds; i++)
        {
            int page = i % Pages;
            memory.At((ulong)page << 12, 256).Fill((byte)(page + 1));
            _lab.Map(space, memory, (ulong)page << 12, 0x1000, (ulong)(page + 1) << 12);
            Thread.SpinWait(20);
            _lab.Unmap(space, (ulong)(page + 1) << 12, 0x1000);
            memory.At((ulong)page << 12, 256).Fill(0xee);
            memory.Pins.Clear();
        }

        while (Volatile.Read(ref good) == 0)
        {
            memory.At(0, 256).Fill(1);
            _lab.Map(space, memory, 0, 0x1000, 0x1000);
            Thread.Sleep(1);
            _lab.Unmap(space, 0x1000, 0x1000);
        }

        Volatile.Write(ref stop, true);
        Array.ForEach(readers, reader => reader.Join());
        Assert.Equal(0, wrong);
    }
}
