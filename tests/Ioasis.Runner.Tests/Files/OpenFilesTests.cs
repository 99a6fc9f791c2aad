using System.Text;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Files;

/// <summary>Files that clients open while the kernel has lost news, so that closed ones are searched for.</summary>
public sealed class OpenFilesTests
{
    [Fact]
    public void AFileThatIsJustBeingGivenIsNotTakenForAClosedOne()
    {
        const int Opens = 4000;
        using var sandbox = new Sandbox();
        using OpenFiles files = new(new DescriptorQuota(4096), sandbox.Complaints.Add);
        PathNode node = PathWalk.From(sandbox.Tree, Encoding.UTF8.GetBytes("/dev/iommu"), follow: true).Node!;
        using CancellationTokenSource done = new();
        var searches = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
                files.Rescan();
        });
        searches.Start();
        int lost = 0;
        for (int n = 0; n < Opens; n++)
        {
            files.SettleAll(10_000); // those before
            Reason why = default;
            Assert.True(sandbox.Device.Open("/dev/iommu", out DeviceFile? file, ref why).Succeeded);
            using Descriptor? given = files.Add(Environment.ProcessId, file!, node, Linux.O_RDWR, out OpenFile? open, ref why);
            Assert.True(given is not null, why.ToString());
            lost += files.TryFind(open!.Id, out _) ? 0 : 1;
        }

        done.Cancel();
        searches.Join();
        Assert.Equal(0, lost);
    }
}
