using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Blocking;

/// <summary>Calls that pin memory that does not come: nobody else waits for it, and what they give is what they always give.</summary>
public sealed class BlockedPinTests : IDisposable
{
    private const ulong Page = FakeMemory.Page, Where = 0x100000, Elsewhere = 0x200000;

    private readonly Lab _lab = new();
    private readonly BlockingMemory _blocking = new();

    public void Dispose() => _blocking.Dispose();

    [Fact]
    public void WhileAMapWaitsOthersUseTheSameSpaceAndDevice()
    {
        Ioas space = _lab.Space();
        BoundDevice device = _lab.Bind();
        _lab.Attach(device, space);
        using Started map = MapOf(space);
        FakeMemory memory = new(4);
        _lab.Map(space, memory, 0, 4 * Page, Elsewhere);
        Assert.Equal(4 * Page, _lab.Unmap(space, Elsewhere, 4 * Page));
        device.Detach(Pasid.None);
        _lab.Attach(device, space);
        Assert.Equal(ErrnoCode.None, _lab.Destroy(_lab.Space()));
        _blocking.Serve();
        Assert.Equal(ErrnoCode.None, map.End());
        Assert.Equal(1u, _blocking.Owner.User.Pages);
    }

    [Fact]
    public void AContextThatIsClosedWhileAMapWaitsIsGoneAndTheMapFindsNothing()
    {
        Ioas space = _lab.Space();
        BoundDevice device = _lab.Bind();
        _lab.Attach(device, space);
        using Started map = MapOf(space);
        device.Unbind();
        _lab.Context.Release();
        Assert.Equal(0, _lab.System.OpenContexts);
        IommuContext next = new(_lab.System);
        Reason why = default;
        Assert.True(next.Bind(device.Device, out _, ref why).Succeeded, why.ToString());
        _blocking.Serve();
        Assert.Equal(ErrnoCode.ENOENT, map.End());
        Assert.Equal(0u, _blocking.Owner.User.Pages);
    }

    [Fact]
    public void WhileAnAttachWaitsItsAreasCanGoAndItAttachesWhatIsLeft()
    {
        Ioas space = _lab.Space();
        for (ulong i = 0; i < 8; i++)
            Assert.Equal(ErrnoCode.None, _lab.TryMap(space, _blocking, i * Page, Page, Where + i * Page));
        BoundDevice device = _lab.Bind();
        _blocking.Block();
        using Started attach = new(() => _lab.TryAttach(device, space));
        _blocking.AwaitVictim();
        Reason why = default;
        Assert.True(_lab.Context.Unmap(space.Id, new Iova(Where), 4 * Page, out ulong unmapped, ref why).Succeeded);
        Assert.Equal(4 * Page, unmapped);
        _blocking.Serve();
        Assert.Equal(ErrnoCode.None, attach.End());
        Assert.Equal((4ul, 8), (_blocking.Owner.User.Pages, _blocking.Asked));
    }

    [Fact]
    public void CopiesThatOverlapAreAskedForOnceEach()
    {
        Ioas space = _lab.Space(), copies = _lab.Space();
        Assert.Equal(ErrnoCode.None, _lab.TryMap(space, _blocking, 0, 64 * Page, Where));
        for (ulong i = 0; i < 32; i++)
            Assert.Equal(ErrnoCode.None, _lab.TryCopy(space, Where + i * Page, 8 * Page, copies, Where + i * 16 * Page));
        _lab.Attach(_lab.Bind(), copies);
        Assert.Equal((39ul, 32), (_blocking.Owner.User.Pages, _blocking.Asked));
    }

    [Fact]
    public void WhatIsWrongBesidesIsToldWithoutAskingTheMemory()
    {
        Ioas space = _lab.Space();
        _lab.Attach(_lab.Bind(), space);
        _blocking.Block();
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(space, _blocking, 0, Page, Where + 1));
        Assert.Equal(ErrnoCode.EINVAL, _lab.TryMap(space, _blocking, 0, Page, Lab.MsiFirst));
        Assert.Equal(ErrnoCode.EOVERFLOW, _lab.TryMap(space, _blocking, ulong.MaxValue - FakeMemory.Base, 2 * Page, Where));
        Assert.Equal(0, _blocking.Asked);
    }

    [Fact]
    public void FailurePointsAreThoseOfACallThatRunsOnce()
    {
        Assert.Equal(PointsOf(new FakeMemory(4, registered: true)), PointsOf(new FakeMemory(4)));

        static List<ErrnoCode> PointsOf(FakeMemory memory)
        {
            List<ErrnoCode> seen = [];
            for (uint nth = 1; ; nth++)
            {
                Lab lab = new();
                Ioas space = lab.Space();
                BoundDevice device = lab.Bind();
                lab.Map(space, memory, 0, Page, Where);
                List<string> fired = [];
                FailureCountdown countdown = new() { Left = nth, Fired = fired.Add };
                using (FailurePoint.Arm(countdown))
                {
                    ErrnoCode code = lab.TryAttach(device, space);
                    if (code == ErrnoCode.None)
                        code = lab.TryMap(space, memory, Page, Page, Elsewhere);
                    seen.Add(code);
                }

                Assert.True(fired.Count <= 1);
                if (countdown.Left != 0)
                    return seen;
            }
        }
    }

    private Started MapOf(Ioas space)
    {
        _blocking.Block();
        Reason why = default;
        Started map = new(() => _lab.Context.Map(
            space.Id, _blocking, new HostAddress(FakeMemory.Base), Page, new Iova(Where), AreaAccess.ReadWrite, false, out _, ref why).Code);
        _blocking.AwaitVictim();
        return map;
    }
}
