using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Spaces;

/// <summary>Numbers of backings: each leads to a place of its own, however many there are.</summary>
public sealed class BackingTableTests
{
    private const ulong Page = FakeMemory.Page;

    /// <summary>Enough for more than 32 arrays, the number at which a shift of 32 bits begins anew.</summary>
    private const int Many = 200_000;

    [Fact]
    public void EachNumberLeadsToABackingOfItsOwn()
    {
        BackingTable table = new();
        ClientMemory[] memories = [new FakeMemory(1), new FakeMemory(1), new FakeMemory(1)];
        BackingId[] ids = new BackingId[Many];
        for (int i = 0; i < Many; i++)
        {
            ids[i] = table.Take();
            table[ids[i]].Open(memories[i % 3], new(FakeMemory.Base), Page, writable: true, PinCharging.User);
        }

        Assert.Equal(Many, ids.Distinct().Count());
        Assert.False(ids.Contains(default(BackingId)));
        for (int i = 0; i < Many; i++)
            Assert.True(table[ids[i]].IsOf(memories[i % 3]));
    }

    [Fact]
    public void ANumberThatWasGivenBackIsGivenAgainAndNothingIsAllocated()
    {
        BackingTable table = new();
        FakeMemory memory = new(1);
        BackingId first = Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        BackingId second = Use();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(first, second);

        BackingId Use()
        {
            BackingId id = table.Take();
            table[id].Open(memory, new(FakeMemory.Base), Page, writable: true, PinCharging.User);
            table.Return(id);
            return id;
        }
    }
}
