using Ioasis.Runner.Native;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Files;

/// <summary>Releases run beside the calls of others; what could see one waits for it; none is lost, and none comes too early.</summary>
public sealed class ReleaseTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public void AReleaseThatTakesLongHoldsUpNobodyElse()
    {
        using var sandbox = new Sandbox();
        using ManualResetEventSlim go = new();
        sandbox.Device.Releasing = () => go.Wait();
        // The first file's release waits; another device, and another process, are served meanwhile.
        using ProgramRunner runner = sandbox.Start(
            "sh", "-c", "exec 3<>/dev/vfio/devices/vfio0; (: <>/dev/iommu); exec 3>&-; exec 3<>/dev/vfio/devices/vfio0; exec 3>&-; echo served");
        Assert.True(SpinWait.SpinUntil(() => sandbox.Output == "served\n", s_limit), sandbox.Output);
        Assert.Equal(0, sandbox.Device.Releases);
        go.Set();
        Assert.Equal(default, runner.Wait());
        Assert.True(runner.Counters.IsZero, runner.Counters.ToString());
        Assert.Equal(1, sandbox.Device.Releases);
    }

    [Fact]
    public void AReleaseThatTakesLongHoldsUpNoOtherRelease()
    {
        using var sandbox = new Sandbox();
        using ManualResetEventSlim go = new();
        sandbox.Device.Releasing = () => go.Wait();
        // Nobody makes a call after the second close.
        using ProgramRunner runner = sandbox.Start(
            "sh", "-c", "exec 3<>/dev/iommu; exec 4<>/dev/vfio/devices/vfio0; exec 3>&-; exec 4>&-; sleep 3");
        bool released = SpinWait.SpinUntil(() => sandbox.Exclusive.Releases == 1, s_limit);
        Assert.True(released && sandbox.Device.Releases == 0, sandbox.Output);
        go.Set();
        runner.Wait();
        Assert.Equal(1, sandbox.Device.Releases);
    }

    [Fact]
    public void WhoOpensWhatAnotherHasJustClosedFindsItFree()
    {
        using var sandbox = new Sandbox();
        sandbox.Exclusive.Releasing = () => Thread.Sleep(100);
        Assert.Equal("", sandbox.Succeed("sh", "-c", "for i in 1 2 3 4 5; do (: <>/dev/vfio/devices/vfio0) || exit 1; done"));
        Assert.Equal((5, 5), (sandbox.Exclusive.Opens, sandbox.Exclusive.Releases));
    }

    [Fact]
    public void ACallHoldsItsFileUntilItHasEnded()
    {
        using var sandbox = new Sandbox();
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("closed"));
        Assert.True(sandbox.Device.IsReached(), sandbox.Output);
        Assert.True(SpinWait.SpinUntil(() => sandbox.Output == "closed\n", s_limit), sandbox.Output);
        Thread.Sleep(50); // a release would come now
        Assert.Equal(0, sandbox.Device.Releases);
        sandbox.Device.Gate.Set();
        Assert.True(runner.Wait() == default, sandbox.Output);
        Assert.Equal("closed\nended\n", sandbox.Output);
        Assert.Equal((1, 0), (sandbox.Device.Releases, sandbox.Device.DoubleReleases));
    }

    [Fact]
    public void AReleaseThatNeverEndsDoesNotKeepTheRunFromEnding()
    {
        using var sandbox = new Sandbox();
        using ManualResetEventSlim never = new();
        sandbox.Device.Releasing = () => never.Wait();
        ProgramEnd end;
        using (ProgramRunner runner = sandbox.Start("sh", "-c", "exec 3<>/dev/iommu; exit 7"))
            end = runner.Wait();
        Assert.Equal(new ProgramEnd(7, false), end);
        never.Set();
    }

    [Fact]
    public void NewsThatTheKernelLosesAreFoundOut()
    {
        string limit = File.ReadAllText("/proc/sys/fs/inotify/max_queued_events").Trim();
        int files = int.Parse(limit, System.Globalization.CultureInfo.InvariantCulture) / 2 + 500; // two events each: closed, and unwatched
        Assert.SkipUnless(files < 20_000 && Limit() > (ulong)files + 1000, "the limits of this machine do not let it happen");
        using var sandbox = new Sandbox();
        // All are closed by one kill, faster than anybody takes the news.
        Assert.Equal("free\n", sandbox.Succeed(CPrograms.Find("flood"), $"{files}"));
        Assert.Equal(sandbox.Device.Opens, sandbox.Device.Releases);
        Assert.Equal((2, 2), (sandbox.Exclusive.Opens, sandbox.Exclusive.Releases));
    }

    private static unsafe ulong Limit()
    {
        rlimit limit;
        return LibC.prlimit64(0, Linux.RLIMIT_NOFILE, null, &limit) == 0 ? limit.rlim_max : 0;
    }
}
