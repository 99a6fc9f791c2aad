using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Tests.Memory;

public sealed class MemoryMapTests
{
    [Fact]
    public void TheTextAndTheQueryTellTheSame()
    {
        using MemoryMap quick = Open(textOnly: false), text = Open(textOnly: true);
        Assert.SkipUnless(quick.IsCheap && quick.Find(0x1000, false, out _) is Linux.ENOENT && quick.IsCheap, "the kernel has no PROCMAP_QUERY (Linux 6.11)");
        Assert.False(text.IsCheap);
        var starts = new List<ulong>();
        Assert.Equal(0, text.ForEach(range =>
        {
            starts.Add(range.Start);
            return true;
        }));
        Assert.True(starts.Count > 20, $"{starts.Count} mappings");

        int same = 0;
        foreach (ulong start in starts)
        {
            int quickError = quick.Find(start + 100, withName: true, out MappedRange byQuery);
            int textError = text.Find(start + 100, withName: true, out MappedRange byText);
            byQuery.PageSize = 0; // which the text does not tell
            if (quickError == textError && byQuery.Equals(byText))
                same++;
        }

        // The runtime maps and unmaps meanwhile; and the query does not know [vsyscall], which is no mapping.
        Assert.True(same >= starts.Count - 5, $"{same} of {starts.Count}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhereNothingIsMappedNothingIsFound(bool textOnly)
    {
        using MemoryMap map = Open(textOnly);
        Assert.Equal(Linux.ENOENT, map.Find(0x1000, withName: false, out _));
    }

    private static MemoryMap Open(bool textOnly) =>
        new(LibC.open("/proc/self/maps", Linux.O_RDONLY | Linux.O_CLOEXEC)) { TextOnly = textOnly };
}
