using Ioasis.Engine.Memory;

namespace Ioasis.Engine.Tests.Fixtures;

/// <summary>A process that may lock <paramref name="limit"/> bytes.</summary>
internal sealed class FakeOwner(ulong limit = ulong.MaxValue, PinLedger? user = null) : PinOwner(user ?? new PinLedger())
{
    public override ulong MemlockLimit { get; } = limit;
}
