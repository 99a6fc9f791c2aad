using static CopyFile.Linux;

namespace CopyFile;

/// <summary>An open /dev/iommu with one address space in it.</summary>
internal sealed unsafe class IoAddressSpace : IDisposable
{
    public const string DevicePath = "/dev/iommu";

    private const uint MAP_WRITEABLE = 2, MAP_READABLE = 4;

    public IoAddressSpace()
    {
        Descriptor = Open(DevicePath);
        iommu_ioas_alloc alloc = new() { size = (uint)sizeof(iommu_ioas_alloc) };
        Ioctl(Descriptor, Request.IOMMU_IOAS_ALLOC, ref alloc, nameof(Request.IOMMU_IOAS_ALLOC));
        Id = alloc.out_ioas_id;
    }

    public int Descriptor { get; }

    public uint Id { get; }

    /// <summary>Maps pages where there is room.</summary>
    /// <returns>The I/O virtual address of the first byte.</returns>
    public ulong Map(Pages pages, bool deviceMayWrite)
    {
        iommu_ioas_map map = new()
        {
            size = (uint)sizeof(iommu_ioas_map), ioas_id = Id, flags = MAP_READABLE | (deviceMayWrite ? MAP_WRITEABLE : 0),
            user_va = pages.Address, length = (ulong)pages.Length,
        };
        Ioctl(Descriptor, Request.IOMMU_IOAS_MAP, ref map, nameof(Request.IOMMU_IOAS_MAP));
        return map.iova;
    }

    public void Dispose() => _ = close(Descriptor);
}
