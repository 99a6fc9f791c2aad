using Ioasis.Devices.Tests.Pci;
using Ioasis.Devices.Work;

namespace Ioasis.Devices.Tests.Work;

public sealed class DeviceWorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Work_is_done_in_order_on_one_thread_that_is_not_the_callers()
    {
        using DeviceWorker worker = New();
        var done = new List<(int Number, int Thread)>();
        using var finished = new ManualResetEventSlim();
        for (int n = 0; n < 100; n++)
        {
            int number = n;
            worker.Post(_ => done.Add((number, Environment.CurrentManagedThreadId)));
        }
        worker.Post(_ => finished.Set());
        Assert.True(finished.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Range(0, 100), done.Select(one => one.Number));
        int thread = Assert.Single(done.Select(one => one.Thread).Distinct());
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void Stopped_it_finishes_what_it_has_begun_and_takes_no_more()
    {
        DeviceWorker worker = New();
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        int ran = 0;
        worker.Post(_ =>
        {
            begun.Set();
            go.Wait();
            Interlocked.Increment(ref ran);
        });
        Assert.True(begun.Wait(Patience, TestContext.Current.CancellationToken));
        var stop = new Thread(worker.Dispose);
        stop.Start();
        go.Set();
        Assert.True(stop.Join(Patience));
        worker.Post(_ => Interlocked.Add(ref ran, 100));
        worker.Dispose();
        Assert.Equal(1, ran);
    }

    [Fact]
    public void Work_goes_on_beside_a_thread_that_is_left_behind()
    {
        using DeviceWorker worker = New();
        using var go = new ManualResetEventSlim();
        using var done = new CountdownEvent(2);
        for (int stuck = 0; stuck < DeviceWorker.MostLeftBehind; stuck++)
        {
            using var begun = new ManualResetEventSlim();
            worker.Post(_ =>
            {
                begun.Set();
                go.Wait();
            });
            Assert.True(begun.Wait(Patience, TestContext.Current.CancellationToken));
            worker.LeaveBehind();
        }

        worker.Post(_ =>
        {
            done.Signal();
            go.Wait();
        });
        Assert.True(SpinWait.SpinUntil(() => done.CurrentCount == 1, Patience));

        // No more of them: the next work waits until its thread comes back.
        worker.LeaveBehind();
        worker.Post(_ => done.Signal());
        Assert.False(done.Wait(20, TestContext.Current.CancellationToken));
        go.Set();
        Assert.True(done.Wait(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_worker_that_never_had_work_is_stopped_at_once() => New().Dispose();

    [Fact]
    public void Work_with_a_delay_is_done_when_it_is_due_and_not_before_other_work()
    {
        using DeviceWorker worker = New();
        List<string> done = [];
        using var finished = new ManualResetEventSlim();
        long began = Environment.TickCount64;
        worker.Post(_ =>
        {
            done.Add("late");
            finished.Set();
        }, TimeSpan.FromMilliseconds(40));
        worker.Post(_ => done.Add("now"));
        Assert.True(finished.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(["now", "late"], done);
        Assert.True(Environment.TickCount64 - began >= 40);
    }

    [Fact]
    public void What_waits_when_the_device_is_reset_is_not_done_nor_what_it_would_post()
    {
        using DeviceWorker worker = New();
        using ManualResetEventSlim begun = new(), go = new(), finished = new();
        List<string> done = [];
        worker.Post(_ => done.Add("delayed"), TimeSpan.FromMilliseconds(20));
        worker.Post(work =>
        {
            begun.Set();
            go.Wait();
            done.Add(work.IsCancelled ? "cancelled" : "current");
            work.Post(_ => done.Add("posted by cancelled work"));
        });
        worker.Post(_ => done.Add("queued"));
        Assert.True(begun.Wait(Patience, TestContext.Current.CancellationToken));
        worker.Cancel();
        worker.Forget();
        worker.Post(work => work.Post(_ => finished.Set(), TimeSpan.FromMilliseconds(30)));
        go.Set();
        Assert.True(finished.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(["cancelled"], done);
    }

    private static DeviceWorker New() => new(TestPhysical.Create(), "test");
}
