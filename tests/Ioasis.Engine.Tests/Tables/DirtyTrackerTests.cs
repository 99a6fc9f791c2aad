using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Tests.Tables;

public class DirtyTrackerTests
{
    private const int Shift = 12;
    private const ulong Page = 1 << Shift;

    [Theory]
    [InlineData(0ul, 1)]
    [InlineData(0x7fff_0000ul, 2)] // across leaves
    [InlineData(0x7f_ffff_8000_0000ul, 3)] // across branches
    public void TellsWhatASetOfPagesTells(ulong start, int seed)
    {
        const int Pages = 100_000;
        Random random = new(seed);
        DirtyTracker tracker = new(Shift, (1ul << 56) - 1);
        SortedSet<int> model = [];
        for (int round = 0; round < 300; round++)
        {
            int first = random.Next(Pages) & (random.Next(2) == 0 ? ~63 : ~0); // whole words are taken together
            int last = Math.Min(Pages - 1, first + random.Next(1 << random.Next(1, 16)));
            ulong from = start + (ulong)first * Page, to = start + (ulong)last * Page + Page - 1;
            switch (random.Next(4))
            {
                case 0:
                    tracker.Mark(from, to);
                    model.UnionWith(Enumerable.Range(first, last - first + 1));
                    break;
                case 1:
                    tracker.Mark(from + (ulong)random.Next((int)Page), from + Page - 1);
                    model.Add(first);
                    break;
                case 2:
                    Assert.Equal(model.GetViewBetween(first, last), Read(tracker, start, first, last, clear: false));
                    break;
                default:
                    Assert.Equal(model.GetViewBetween(first, last), Read(tracker, start, first, last, clear: true));
                    model.RemoveWhere(page => page >= first && page <= last);
                    break;
            }
        }

        Assert.Equal(model, Read(tracker, start, 0, Pages - 1, clear: true));
        Assert.Empty(Read(tracker, start, 0, Pages - 1, clear: false));
    }

    [Fact]
    public void TheWholeAddressSpaceCanBeMarkedAndLookedAt()
    {
        DirtyTracker tracker = new(Shift, ulong.MaxValue);
        tracker.Mark(ulong.MaxValue, ulong.MaxValue);
        tracker.Mark(0, 0);
        DirtyWindow window = new();
        window.Open(ulong.MaxValue - Page + 1, ulong.MaxValue, Shift);
        window.UseLeaf(Page);
        tracker.Take(window.First, window.Last, clear: true, window);
        Assert.Equal([1ul], window.Dirty(out _).ToArray());
        tracker.Clear(0, ulong.MaxValue);
        Assert.Empty(Read(tracker, 0, 0, 1000, clear: true));
    }

    [Fact]
    public void NoMarkOfTwoThreadsIsLostWhileAThirdTakes()
    {
        const int Pages = 2000, Rounds = 300;
        DirtyTracker tracker = new(Shift, (1ul << 48) - 1);
        int[] marked = new int[Pages], told = new int[Pages];
        bool stop = false;
        using Barrier barrier = new(3);
        Thread[] devices = new Thread[2];
        for (int i = 0; i < devices.Length; i++)
        {
            int seed = i;
            devices[i] = new Thread(() =>
            {
                Random random = new(seed);
                for (int round = 0; round < Rounds; round++)
                {
                    for (int n = 0; n < 200; n++)
                    {
                        int page = random.Next(Pages);
                        tracker.Mark((ulong)page * Page, (ulong)page * Page);
                        Interlocked.Exchange(ref marked[page], round + 1);
                    }

                    barrier.SignalAndWait();
                    barrier.SignalAndWait();
                }
            });
            devices[i].Start();
        }

        Thread reader = new(() =>
        {
            for (int round = 0; round < Rounds && !stop; round++)
            {
                while (barrier.ParticipantsRemaining > 1)
                {
                    foreach (int page in Read(tracker, 0, 0, Pages - 1, clear: true))
                        told[page] = round + 1;
                }

                barrier.SignalAndWait();
                foreach (int page in Read(tracker, 0, 0, Pages - 1, clear: true))
                    told[page] = round + 1;
                for (int page = 0; page < Pages; page++)
                    stop |= marked[page] == round + 1 && told[page] != round + 1;
                barrier.SignalAndWait();
            }
        });
        reader.Start();
        reader.Join();
        if (stop)
            barrier.RemoveParticipant();
        Assert.False(stop, "a page that was marked was not told");
        foreach (Thread device in devices)
            device.Join();
    }

    private static List<int> Read(DirtyTracker tracker, ulong start, int first, int last, bool clear)
    {
        DirtyWindow window = new();
        window.Open(start + (ulong)first * Page, start + (ulong)last * Page + Page - 1, Shift);
        window.UseLeaf(Page);
        tracker.Take(window.First, window.Last, clear, window);
        List<int> pages = [];
        Span<ulong> words = window.Dirty(out ulong offset);
        for (int bit = 0; bit < words.Length * 64; bit++)
        {
            if ((words[bit >> 6] >> (bit & 63) & 1) != 0)
                pages.Add(first + (int)offset * 8 + bit);
        }

        return pages;
    }
}
