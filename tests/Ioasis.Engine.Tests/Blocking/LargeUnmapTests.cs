using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Blocking;

/// <summary>What takes long under the lock is done in parts, between which others get it.</summary>
public sealed class LargeUnmapTests
{
    private const ulong Page = FakeMemory.Page;
    private const int Areas = 300_000;

    private readonly Lab _lab = new();
    private readonly FakeMemory _memory = new(1, registered: true);

    [Fact]
    public void OthersGetTheLockDuringAnUnmapOfManyAreas() => Others((space, ref why) =>
    {
        ErrnoCode code = _lab.Context.Unmap(space.Id, new Iova(0), ulong.MaxValue, out ulong unmapped, ref why).Code;
        Assert.Equal(Areas * Page, unmapped);
        return code;
    });

    [Fact]
    public void OthersGetTheLockDuringTheEndOfAnIoasOfManyAreas() => Others((space, ref why) => _lab.Context.Destroy(space.Id, ref why).Code);

    private delegate ErrnoCode Call(Ioas space, ref Reason why);

    private void Others(Call call)
    {
        Ioas space = _lab.Space();
        for (ulong i = 0; i < Areas; i++)
            _lab.Map(space, _memory, 0, Page, (i + 1) * 2 * Page);
        int before = 0, during = 0;
        using Started started = new(() =>
        {
            Volatile.Write(ref before, 1);
            Reason why = default;
            return call(space, ref why);
        });
        SpinWait.SpinUntil(() => Volatile.Read(ref before) != 0);
        int least = int.MaxValue;
        while (!started.HasEnded)
        {
            Ioas other = _lab.Space();
            Assert.Equal(ErrnoCode.None, _lab.Destroy(other));
            int left = space.AreaCount;
            if (left is 0 or Areas || left == least)
                continue;
            least = left;
            during++; // some are gone, some are left, and we had the lock
        }

        Assert.Equal(ErrnoCode.None, started.End());
        Assert.Equal(0, space.AreaCount);
        Assert.True(during > 0);
    }
}
