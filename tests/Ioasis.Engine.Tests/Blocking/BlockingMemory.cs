using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Blocking;

/// <summary>Memory whose owner lets whoever touches it wait, as userfaultfd and FUSE can: until <see cref="Serve"/>, or for ever.</summary>
internal sealed class BlockingMemory : ClientMemory, IDisposable
{
    private readonly ManualResetEventSlim _served = new(initialState: true);
    private int _touching;
    private int _asked;

    public BlockingMemory()
        : base(new FakeOwner())
    {
    }

    public override bool IsAlive => true;

    /// <summary>How often it was asked whether pages can be pinned.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>From now on whoever touches it waits.</summary>
    public void Block() => _served.Reset();

    /// <summary>Pages come.</summary>
    public void Serve() => _served.Set();

    /// <summary>Waits until somebody waits for it.</summary>
    public void AwaitVictim() => SpinWait.SpinUntil(() => Volatile.Read(ref _touching) != 0);

    public override int Read(HostAddress from, Span<byte> into)
    {
        Touch();
        into.Clear();
        return into.Length;
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        Touch();
        return from.Length;
    }

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        Interlocked.Increment(ref _asked);
        Touch();
        return Errno.Success;
    }

    public void Dispose()
    {
        _served.Set();
        SpinWait.SpinUntil(() => Volatile.Read(ref _touching) == 0);
        _served.Dispose();
    }

    private void Touch()
    {
        Interlocked.Increment(ref _touching);
        _served.Wait();
        Interlocked.Decrement(ref _touching);
    }
}
