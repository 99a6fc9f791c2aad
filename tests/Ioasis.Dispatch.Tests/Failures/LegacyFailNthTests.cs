using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Dispatch.Tests.Legacy;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;
using static Ioasis.Abi.vfio_extension;

namespace Ioasis.Dispatch.Tests.Failures;

/// <summary>The same of containers and groups.</summary>
[Collection(nameof(FailNthTests))]
public sealed class LegacyFailNthTests : IDisposable
{
    private const ulong Iova = 0x100000;
    private const string Edu = "0000:00:10.0";
    private readonly LegacyBench _bench = new(null, ["edu,group=0", "dmatest,group=0"]);

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("open a container", 2)]
    [InlineData("put a group into it", 2)]
    [InlineData("put a group into an iommufd", 1)]
    [InlineData("set a type", 4)]
    [InlineData("map", 5)]
    [InlineData("get a device", 1)]
    [InlineData("get a device on an iommufd", 4)]
    [InlineData("map on an iommufd", 6)]
    [InlineData("cut", 1)]
    public void ACallFailsAtEachOfItsPlacesAndLeavesNothingBehind(string name, int leastPlaces)
    {
        Func<ErrnoCode> call = Prepare(name);
        string before = State();
        for (uint nth = 1; nth < 100; nth++)
        {
            FailureCountdown countdown = new() { Left = nth };
            ErrnoCode errno;
            using (FailurePoint.Arm(countdown))
                errno = call();
            if (countdown.Left != 0)
            {
                Assert.Equal(ErrnoCode.None, errno);
                Assert.True(nth > leastPlaces, $"{name} has {nth - 1} places");
                return;
            }

            Assert.Equal((nth, ReasonTable.ErrnoOf(_bench.Why)), (nth, errno));
            // The second device of a group that fails to join the first one's page table tries one of its own, as on Linux.
            Assert.Contains(_bench.Why, FailNthTests.MadeToFail.Append(ReasonCode.GroupAttachedElsewhere));
            Assert.Equal($"{nth} {_bench.Caller.Why} {before}", $"{nth} {_bench.Caller.Why} {State()}");
        }

        Assert.Fail($"{name} never passes");
    }

    private string State()
    {
        ArrayMemory memory = _bench.Caller.Bytes;
        return $"{_bench.Machine.System.OpenContexts} contexts, {_bench.Caller.Descriptors.Count} descriptors, {_bench.Caller.Reserved.Count} reserved, "
            + $"{memory.Owner.User.Pages} {memory.Owner.Process.Pages} {memory.Owner.Pinned.Pages} pages";
    }

    private Func<ErrnoCode> Prepare(string name)
    {
        switch (name)
        {
            case "open a container":
                return () => _bench.TryOpen("/dev/vfio/vfio", out _);
            case "put a group into it" or "put a group into an iommufd":
                int into = _bench.Open(name.EndsWith("iommufd", StringComparison.Ordinal) ? "/dev/iommu" : "/dev/vfio/vfio"), group = _bench.Open("/dev/vfio/0");
                return () => _bench.SetContainer(group, into);
            case "set a type":
                int container = _bench.Open("/dev/vfio/vfio");
                Assert.Equal(ErrnoCode.None, _bench.SetContainer(_bench.Open("/dev/vfio/0"), container));
                return () => _bench.Call(container, VFIO_SET_IOMMU, (ulong)VFIO_TYPE1v2_IOMMU);
            case "map":
                (container, _) = _bench.Prepare(VFIO_TYPE1v2_IOMMU);
                return () => _bench.Map(container, Iova, 4);
            case "get a device":
                (_, group) = _bench.Prepare(VFIO_TYPE1v2_IOMMU);
                return () => _bench.GetDevice(group, Edu, out _);
            case "get a device on an iommufd":
                (_, group) = _bench.Prepare(VFIO_TYPE1v2_IOMMU, "/dev/iommu");
                return () => _bench.GetDevice(group, Edu, out _);
            case "map on an iommufd":
                (container, group) = _bench.Prepare(VFIO_TYPE1_IOMMU, "/dev/iommu");
                Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Edu, out _));
                return () => _bench.Map(container, Iova, 4);
            default:
                (container, group) = _bench.Prepare(VFIO_TYPE1_IOMMU, "/dev/iommu");
                Assert.Equal(ErrnoCode.None, _bench.GetDevice(group, Edu, out _));
                Assert.Equal(ErrnoCode.None, _bench.Map(container, Iova, 4));
                return () => _bench.Unmap(container, Iova, 2).Errno;
        }
    }
}
