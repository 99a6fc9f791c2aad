using Ioasis.Engine.Memory;

namespace Ioasis.Conformance.Players;

/// <summary>Who pays for pinned pages: a user of its own, with the limit that the case has set.</summary>
internal sealed class CaseOwner(Kernel kernel) : PinOwner(new PinLedger())
{
    public override ulong MemlockLimit => kernel.MemlockLimit;
}
