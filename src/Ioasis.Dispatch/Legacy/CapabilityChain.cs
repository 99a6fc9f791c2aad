using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Engine.Addresses;

namespace Ioasis.Dispatch.Legacy;

/// <summary>
/// Capabilities behind a VFIO structure: each begins with a header that says where the next one is, in bytes from the start of the
/// structure, and on a multiple of 8.
/// </summary>
/// <param name="first">Where the first capability is.</param>
internal sealed class CapabilityChain(int first)
{
    private const int Alignment = sizeof(ulong);

    private readonly List<byte> _bytes = [];
    private readonly List<int> _starts = [];

    /// <summary>Bytes of the structure with all capabilities.</summary>
    public int End => first + _bytes.Count;

    /// <summary>The capabilities, without the structure before them.</summary>
    public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(_bytes);

    /// <summary>Where each capability begins, from the start of the structure.</summary>
    public IEnumerable<int> Starts => _starts.Select(start => first + start);

    /// <summary>Appends a capability; its header is filled in here.</summary>
    public void Add<T>(ushort id, in T capability)
        where T : unmanaged => Add(id, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in capability)));

    /// <summary>Appends the IOVA ranges that can be mapped.</summary>
    public unsafe void AddRanges(List<AddressRange> ranges)
    {
        byte[] bytes = new byte[vfio_iommu_type1_info_cap_iova_range.offsetof_iova_ranges + ranges.Count * sizeof(vfio_iova_range)];
        vfio_iommu_type1_info_cap_iova_range head = new() { nr_iovas = (uint)ranges.Count };
        MemoryMarshal.Write(bytes, in head);
        for (int i = 0; i < ranges.Count; i++)
        {
            vfio_iova_range range = new() { start = ranges[i].First, end = ranges[i].Last };
            MemoryMarshal.Write(bytes.AsSpan(vfio_iommu_type1_info_cap_iova_range.offsetof_iova_ranges + i * sizeof(vfio_iova_range)), in range);
        }

        Add((ushort)vfio_iommu_type1_info_cap.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, bytes);
    }

    private void Add(ushort id, ReadOnlySpan<byte> capability)
    {
        if (_starts.Count != 0)
            HeaderAt(_starts[^1]).next = (uint)End;
        int start = _bytes.Count;
        _starts.Add(start);
        _bytes.AddRange(capability);
        while (_bytes.Count % Alignment != 0)
            _bytes.Add(0);
        HeaderAt(start) = new vfio_info_cap_header { id = id, version = 1 };
    }

    private ref vfio_info_cap_header HeaderAt(int start) =>
        ref Unsafe.As<byte, vfio_info_cap_header>(ref CollectionsMarshal.AsSpan(_bytes)[start]);
}
