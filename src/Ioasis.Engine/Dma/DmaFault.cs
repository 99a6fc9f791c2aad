using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Dma;

/// <summary>A DMA that was aborted.</summary>
/// <param name="Device">Who asked.</param>
/// <param name="Iova">The first byte that could not be reached.</param>
/// <param name="Length">Bytes that were still to be moved.</param>
/// <param name="IsWrite">The device wanted to write to memory.</param>
/// <param name="Reason">Why.</param>
public readonly record struct DmaFault(PhysicalDevice Device, Iova Iova, ulong Length, bool IsWrite, Reason Reason)
{
    /// <summary>The PASID of the request; <see cref="Pasid.None"/> without one.</summary>
    public Pasid Pasid { get; init; }

    public override string ToString() =>
        $"DMA {(IsWrite ? "write" : "read")} of {Length} bytes at IOVA {Iova}{(Pasid.IsNone ? "" : $" with PASID {Pasid}")} by {Device.Name} aborted: {Reason}";
}
