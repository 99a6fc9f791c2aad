using Ioasis.Runner.Files;
using Ioasis.Runner.Memory;

namespace Ioasis.Runner.Tests.Memory;

/// <summary>Looking for a file that nobody maps, and what two pins of one range say of it.</summary>
public sealed class SharedMappingsTests
{
    private static readonly FileId s_file = new(0, 1, 42), s_other = new(0, 1, 43);

    [Fact]
    public void ThatNothingIsFoundIsRememberedForEveryByteOfTheFile()
    {
        int searches = 0;
        RemoteMemories memories = new(_ => false)
        {
            SearchProcesses = () =>
            {
                searches++;
                Thread.Sleep(50); // so it is not repeated within five seconds
                return [];
            },
        };
        for (ulong i = 0; i < 1000; i++)
            Assert.Null(memories.Shared.Find(s_file, i * 4096));
        Assert.InRange(searches, 1, 2); // two, should this take more than five seconds
        Assert.Equal(searches, memories.Shared.Searches);
        Assert.Null(memories.Shared.Find(s_other, 0));
        Assert.InRange(searches, 2, 3);
    }

    [Fact]
    public void PinsAgreeWhenTheSameFileLiesInTheSamePlace()
    {
        SharedRun[] whole = [Shared(0x10000, 0x1ffff, s_file, 0)];
        Assert.True(SharedRuns.Agree(whole, whole, 0x12000, 0x13fff));
        Assert.Null(SharedRuns.Join(whole, whole));
        Assert.False(SharedRuns.Agree(whole, [Shared(0x10000, 0x1ffff, s_file, 0x1000)], 0x12000, 0x13fff));
        Assert.False(SharedRuns.Agree(whole, [Shared(0x10000, 0x1ffff, s_other, 0)], 0x12000, 0x13fff));
        Assert.False(SharedRuns.Agree(whole, [], 0x12000, 0x13fff));
        Assert.False(SharedRuns.Agree(whole, [Shared(0x10000, 0x12fff, s_file, 0)], 0x12000, 0x13fff)); // the rest is private by now
        Assert.True(SharedRuns.Agree(whole, [Shared(0x12000, 0x14fff, s_file, 0x2000)], 0x12000, 0x13fff)); // moved elsewhere, but here the same
    }

    [Fact]
    public void WhatIsKnownOfOtherMappingsIsAdded()
    {
        SharedRun[] earlier = [Shared(0x10000, 0x1ffff, s_file, 0), Private(0x30000, 0x3ffff)];
        SharedRun[] later = [Private(0x8000, 0x17fff), Shared(0x18000, 0x37fff, s_file, 0x8000), Shared(0x50000, 0x5ffff, s_other, 0)];
        Assert.True(SharedRuns.Agree(earlier, later, 0x18000, 0x1ffff));
        Assert.False(SharedRuns.Agree(earlier, later, 0x18000, 0x30000));
        SharedRun[] joined = SharedRuns.Join(earlier, later)!;
        Assert.Equal(
            [Private(0x8000, 0xffff), earlier[0], Shared(0x20000, 0x2ffff, s_file, 0x10000), earlier[1], later[2]],
            joined);
        Assert.Equal(3, SharedRuns.IndexAt(joined, 0x30000));
        Assert.Equal(5, SharedRuns.IndexAt(joined, 0x60000));
    }

    private static SharedRun Shared(ulong first, ulong last, FileId file, ulong offset) => new(first, last, file, offset, null);

    private static SharedRun Private(ulong first, ulong last) => new(first, last, default, 0, null);
}
