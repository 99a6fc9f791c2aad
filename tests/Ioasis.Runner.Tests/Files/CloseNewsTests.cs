using System.Collections.Concurrent;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Tests.Files;

/// <summary>Whoever asks after a close finds it told, however many others close and ask meanwhile.</summary>
public sealed class CloseNewsTests
{
    [Fact]
    public void WhatWasClosedBeforeIsToldWhenACallReturns()
    {
        const int Threads = 4, Files = 500;
        ConcurrentDictionary<int, bool> told = [];
        int inside = 0, most = 0;
        using CloseNews news = new(
            watches =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                foreach (int watch in watches)
                    told[watch] = true;
                Interlocked.Decrement(ref inside);
            },
            () => Assert.Fail("news were lost"));
        int missed = 0;
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int n = 0; n < Files; n++)
            {
                using Descriptor first = StandInFile.MakeMemory("news", out long _)!;
                int watch = news.Watch(first);
                using (StandInFile.ForClients(first, Linux.O_RDWR))
                {
                    news.Take();
                    if (told.ContainsKey(watch))
                        Interlocked.Increment(ref missed);
                }

                news.Take();
                if (!told.ContainsKey(watch))
                    Interlocked.Increment(ref missed);
                news.Unwatch(watch);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal((0, 1), (missed, most));
    }

    [Fact]
    public void WhatWasFoundOutOtherwiseIsToldInATurnToo()
    {
        List<int> told = [];
        using CloseNews news = new(watches => told.AddRange(watches), () => { });
        news.Report([7, 9]);
        Assert.Equal([7, 9], told);
    }
}
