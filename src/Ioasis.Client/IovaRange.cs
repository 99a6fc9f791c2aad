using System.Runtime.InteropServices;

namespace Ioasis.Client;

/// <summary>I/O virtual addresses, in bytes. Laid out as Linux's <c>struct iommu_iova_range</c>.</summary>
/// <param name="First">The first address.</param>
/// <param name="Last">The last address, inclusive.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct IovaRange(ulong First, ulong Last)
{
    public override string ToString() => $"0x{First:x}-0x{Last:x}";
}
