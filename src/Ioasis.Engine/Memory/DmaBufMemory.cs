using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Memory;

/// <summary>A dma-buf as one IOMMU_IOAS_MAP_FILE has mapped it: an address is an offset in it. Nobody is charged for it.</summary>
public sealed class DmaBufMemory(DmaBuf buffer, PinOwner owner) : ClientMemory(owner)
{
    private readonly ulong _revocations = buffer.Revocations;

    public DmaBuf Buffer => buffer;

    public override bool MayBlock => false;

    public override bool IsAlive => buffer.Revocations == _revocations;

    public override int Read(HostAddress from, Span<byte> into) => buffer.Read(_revocations, from.Value, into);

    public override int Write(HostAddress to, ReadOnlySpan<byte> from) => buffer.Write(_revocations, to.Value, from);

    /// <inheritdoc/>
    /// <remarks>Always possible: a buffer without memory is mapped as nothing.</remarks>
    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        return Errno.Success;
    }
}
