using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Mock;

namespace Ioasis.Bench.Suites;

/// <summary>A page request on its way to the user and back.</summary>
internal static class FaultSuite
{
    public static IEnumerable<Trial> Trials() => [new("fault/alone", Alone), new("fault/dma", RoundTrip)];

    /// <summary>Request, read, answer, on one thread: what the mechanism costs without waking anybody.</summary>
    private static void Alone(Session session)
    {
        const int count = 256;
        using FaultDesk desk = new();
        double best = session.Best(count, () =>
        {
            for (int i = 0; i < count; i++)
            {
                desk.Request();
                desk.Queue.Answer(desk.Take().Cookie, PageResponse.Success);
            }
        });
        session.Add("", "page request, read, answered, one thread", "ns", best, Goal.AtMost(1000));
    }

    /// <summary>A DMA that faults, with a second thread that maps the page and answers: the whole way.</summary>
    private static void RoundTrip(Session session)
    {
        if (Environment.ProcessorCount < 2)
        {
            session.Skip("", "DMA with a page fault, two threads", "one processor");
            return;
        }

        const int count = 64;
        using FaultDesk desk = new();
        using CancellationTokenSource stop = new();
        Thread user = new(() =>
        {
            Processors.Pin(1);
            while (!stop.IsCancellationRequested)
            {
                if (!desk.Queue.IsReadable || !desk.Queue.TryTake(1, out PageRequestGroup? group, out _))
                    continue;
                desk.Queue.Done(group!);
                desk.Map();
                desk.Queue.Answer(group!.Cookie, PageResponse.Success);
            }
        });
        user.Start();
        byte[] bytes = new byte[8];
        DmaPort port = desk.Device.OpenPort();
        double best = session.Best(count, () =>
        {
            for (int i = 0; i < count; i++)
            {
                if (!port.Read(new Iova(MockFormat.ApertureFirst), bytes))
                    throw new InvalidOperationException("aborted");
                desk.Unmap();
            }
        });
        stop.Cancel();
        user.Join();
        session.Add("", "DMA with a page fault: request, read, map, answer, retry, unmap; two threads", "ns", best, Goal.AtMost(1000));
    }
}
