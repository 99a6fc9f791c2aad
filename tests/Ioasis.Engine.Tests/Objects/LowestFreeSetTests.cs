using Ioasis.Engine.Objects;

namespace Ioasis.Engine.Tests.Objects;

public sealed class LowestFreeSetTests
{
    [Fact]
    public void GivesTheLowestFreeNumberAsASortedSetWould()
    {
        Random random = new(1);
        LowestFreeSet set = new();
        SortedSet<int> free = [.. Enumerable.Range(0, 20_000)];
        List<int> taken = [];
        for (int i = 0; i < 200_000; i++)
        {
            // Drift up to 10,000 numbers and down again, across two borders of 64 and 4,096.
            bool take = taken.Count == 0 || random.NextDouble() < (i / 40_000 % 2 == 0 ? 0.7 : 0.3);
            if (take)
            {
                Assert.Equal(free.Min, set.Take());
                taken.Add(free.Min);
                free.Remove(free.Min);
            }
            else
            {
                int at = random.Next(taken.Count);
                set.Release(taken[at]);
                free.Add(taken[at]);
                taken[at] = taken[^1];
                taken.RemoveAt(taken.Count - 1);
            }
        }
    }

    [Fact]
    public void AMillionNumbersComeInOrderAndAHoleIsFoundAgain()
    {
        LowestFreeSet set = new();
        for (int i = 0; i < 1 << 20; i++)
            Assert.Equal(i, set.Take());
        set.Release(777_777);
        Assert.Equal(777_777, set.Take());
        Assert.Equal(1 << 20, set.Take());
    }
}
