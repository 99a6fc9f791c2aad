using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Tests.Pci;

public sealed class DeviceThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Work_is_done_in_order_on_one_thread_that_is_not_the_callers()
    {
        using var thread = new DeviceThread("test");
        var done = new List<(int Number, int Thread)>();
        using var finished = new ManualResetEventSlim();
        for (int n = 0; n < 100; n++)
        {
            int number = n;
            thread.Post(() => done.Add((number, Environment.CurrentManagedThreadId)));
        }
        thread.Post(finished.Set);
        Assert.True(finished.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Range(0, 100), done.Select(one => one.Number));
        int worker = Assert.Single(done.Select(one => one.Thread).Distinct());
        Assert.NotEqual(Environment.CurrentManagedThreadId, worker);
    }

    [Fact]
    public void Stopped_it_finishes_what_it_has_begun_and_takes_no_more()
    {
        var thread = new DeviceThread("test");
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        int ran = 0;
        thread.Post(() =>
        {
            begun.Set();
            go.Wait();
            Interlocked.Increment(ref ran);
        });
        Assert.True(begun.Wait(Patience, TestContext.Current.CancellationToken));
        var stop = new Thread(thread.Dispose);
        stop.Start();
        go.Set();
        Assert.True(stop.Join(Patience));
        thread.Post(() => Interlocked.Add(ref ran, 100));
        thread.Dispose();
        Assert.Equal(1, ran);
    }

    [Fact]
    public void Work_goes_on_beside_a_thread_that_is_left_behind()
    {
        using var thread = new DeviceThread("test");
        using var go = new ManualResetEventSlim();
        using var done = new CountdownEvent(2);
        for (int stuck = 0; stuck < DeviceThread.MostLeftBehind; stuck++)
        {
            using var begun = new ManualResetEventSlim();
            thread.Post(() =>
            {
                begun.Set();
                go.Wait();
            });
            Assert.True(begun.Wait(Patience, TestContext.Current.CancellationToken));
            thread.LeaveBehind();
        }

        thread.Post(() =>
        {
            done.Signal();
            go.Wait();
        });
        Assert.True(SpinWait.SpinUntil(() => done.CurrentCount == 1, Patience));

        // No more of them: the next work waits until its thread comes back.
        thread.LeaveBehind();
        thread.Post(() => done.Signal());
        Assert.False(done.Wait(20, TestContext.Current.CancellationToken));
        go.Set();
        Assert.True(done.Wait(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_thread_that_never_had_work_is_stopped_at_once() => new DeviceThread("test").Dispose();
}
