using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Client.Devices;
using Ioasis.Client.Transports;
using static Ioasis.Abi.iommufd_ioas_map_flags;

namespace Ioasis.Client;

/// <summary>
/// An I/O address space (IOAS): what devices that are attached to it can reach, and at which addresses. Thread-safe.
/// </summary>
/// <remarks>Split by noun: the ranges that can be mapped are in the other file of this class.</remarks>
public sealed partial class AddressSpace : IommuObject
{
    internal AddressSpace(Iommu iommu, uint id)
        : base(iommu, id)
    {
    }

    private protected override string Kind => "address space";

    /// <summary>
    /// Whether page tables may use large pages; true at first. With false every page is of the smallest size
    /// (IOMMU_OPTION_HUGE_PAGES).
    /// </summary>
    /// <exception cref="IommuException">EINVAL: switched off while mapped and attached.</exception>
    public bool HugePages
    {
        get => Iommu.GetOption(iommufd_option.IOMMU_OPTION_HUGE_PAGES, LiveId) != 0;
        set => Iommu.SetOption(iommufd_option.IOMMU_OPTION_HUGE_PAGES, LiveId, value ? 1u : 0u);
    }

    private uint LiveId
    {
        get
        {
            ThrowIfGone();
            return Id;
        }
    }

    /// <summary>Maps a whole buffer.</summary>
    /// <param name="buffer">The memory; <see cref="DmaBuffer"/> says what happens when it is disposed while mapped.</param>
    /// <param name="access">What devices may do.</param>
    /// <param name="iova">Where; null to have an address chosen.</param>
    /// <exception cref="IommuException">EEXIST: something is mapped there; EINVAL: not usable there; ENOSPC: no room; ENOMEM: RLIMIT_MEMLOCK.</exception>
    public Mapping Map(DmaBuffer buffer, DmaAccess access = DmaAccess.ReadWrite, ulong? iova = null)
    {
        ulong placed = MapUnowned(buffer.Address, buffer.AllocatedLength, access, iova);
        return new Mapping(this, placed, buffer.AllocatedLength);
    }

    /// <summary>
    /// Maps memory of this process, whatever it is. It must stay where it is until it is unmapped: a DMA to memory that has
    /// been freed meanwhile reaches nothing, or what has been put there since.
    /// </summary>
    /// <param name="address">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="access">What devices may do.</param>
    /// <param name="iova">Where; null to have an address chosen.</param>
    /// <exception cref="IommuException">As for a buffer; EFAULT: there is no such memory.</exception>
    public Mapping Map(ulong address, ulong length, DmaAccess access = DmaAccess.ReadWrite, ulong? iova = null) =>
        new(this, MapUnowned(address, length, access, iova), length);

    /// <summary>
    /// Maps memory of this process without a <see cref="Mapping"/> for it: for programs that keep account of their addresses
    /// themselves. Allocates nothing.
    /// </summary>
    /// <returns>The IOVA.</returns>
    /// <inheritdoc cref="Map(ulong, ulong, DmaAccess, ulong?)"/>
    public ulong MapUnowned(ulong address, ulong length, DmaAccess access = DmaAccess.ReadWrite, ulong? iova = null)
    {
        iommu_ioas_map args = new()
        {
            size = (uint)Unsafe.SizeOf<iommu_ioas_map>(), flags = FlagsOf(access, iova), ioas_id = LiveId,
            user_va = address, length = length, iova = iova ?? 0,
        };
        CallResult result = Iommu.Handle.Ioctl(Iommufd.IOMMU_IOAS_MAP, ref args);
        if (result.Failed)
        {
            throw new IommuException(
                nameof(Iommufd.IOMMU_IOAS_MAP), $"address space {Id}, memory 0x{address:x}, 0x{length:x} bytes, {At(iova)}, {access}", result);
        }

        return args.iova;
    }

    /// <summary>
    /// Maps here what another address space maps, or another place of this one: both share the memory, and its charge.
    /// </summary>
    /// <param name="source">Where the memory is mapped now.</param>
    /// <param name="sourceIova">First byte there.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="access">What devices may do here.</param>
    /// <param name="iova">Where; null to have an address chosen.</param>
    /// <exception cref="IommuException">ENOENT: not mapped throughout; EPERM: writeable copy of what is only readable; else as Map.</exception>
    /// <exception cref="ArgumentException">The source belongs to another open file.</exception>
    public Mapping CopyFrom(AddressSpace source, ulong sourceIova, ulong length, DmaAccess access = DmaAccess.ReadWrite, ulong? iova = null)
    {
        if (source.Iommu != Iommu)
            throw new ArgumentException("the address spaces belong to different open /dev/iommu", nameof(source));
        iommu_ioas_copy args = new()
        {
            size = (uint)Unsafe.SizeOf<iommu_ioas_copy>(), flags = FlagsOf(access, iova), dst_ioas_id = LiveId,
            src_ioas_id = source.LiveId, length = length, dst_iova = iova ?? 0, src_iova = sourceIova,
        };
        CallResult result = Iommu.Handle.Ioctl(Iommufd.IOMMU_IOAS_COPY, ref args);
        if (result.Failed)
        {
            throw new IommuException(
                nameof(Iommufd.IOMMU_IOAS_COPY),
                $"address space {source.Id}, IOVA 0x{sourceIova:x}, 0x{length:x} bytes to address space {Id}, {At(iova)}, {access}", result);
        }

        return new Mapping(this, args.dst_iova, length);
    }

    /// <summary>Maps here what a mapping maps.</summary>
    /// <inheritdoc cref="CopyFrom(AddressSpace, ulong, ulong, DmaAccess, ulong?)"/>
    public Mapping CopyFrom(Mapping source, DmaAccess access = DmaAccess.ReadWrite, ulong? iova = null) =>
        CopyFrom(source.AddressSpace, source.Iova, source.Length, access, iova);

    /// <summary>Unmaps all mappings that lie within a range. When it returns, no DMA can use them any more.</summary>
    /// <returns>Bytes that were unmapped.</returns>
    /// <exception cref="IommuException">ENOENT: nothing is mapped there, or the range would cut a mapping.</exception>
    public ulong Unmap(ulong iova, ulong length)
    {
        CallResult result = SendUnmap(LiveId, iova, ref length);
        return result.Failed
            ? throw new IommuException(nameof(Iommufd.IOMMU_IOAS_UNMAP), $"address space {Id}, IOVA 0x{iova:x}, 0x{length:x} bytes", result)
            : length;
    }

    /// <summary>Unmaps everything.</summary>
    /// <returns>Bytes that were unmapped; 0 when nothing was mapped.</returns>
    public ulong UnmapAll() => Unmap(0, ulong.MaxValue);

    /// <summary>
    /// Allocates a hardware page table that shows this address space to devices behind the same IOMMU (IOMMU_HWPT_ALLOC).
    /// Attaching a device to the address space itself makes one without being asked.
    /// </summary>
    /// <param name="device">A device that is bound to the same <see cref="Iommu"/>: its IOMMU decides the format.</param>
    public PageTable AllocatePageTable(VfioDevice device)
    {
        iommu_hwpt_alloc args = new() { size = (uint)Unsafe.SizeOf<iommu_hwpt_alloc>(), dev_id = device.Id, pt_id = LiveId };
        CallResult result = Iommu.Handle.Ioctl(Iommufd.IOMMU_HWPT_ALLOC, ref args);
        return result.Failed
            ? throw new IommuException(nameof(Iommufd.IOMMU_HWPT_ALLOC), $"device {device.Id}, address space {Id}", result)
            : new PageTable(this, args.out_hwpt_id);
    }

    /// <summary>Unmaps what is there, whether there is anything or not.</summary>
    internal void UnmapQuietly(ulong iova, ulong length)
    {
        try
        {
            _ = SendUnmap(LiveId, iova, ref length);
        }
        catch (ObjectDisposedException)
        {
            // The address space is gone, and everything in it.
        }
    }

    private CallResult SendUnmap(uint id, ulong iova, ref ulong length)
    {
        iommu_ioas_unmap args = new() { size = (uint)Unsafe.SizeOf<iommu_ioas_unmap>(), ioas_id = id, iova = iova, length = length };
        CallResult result = Iommu.Handle.Ioctl(Iommufd.IOMMU_IOAS_UNMAP, ref args);
        if (!result.Failed)
            length = args.length;
        return result;
    }

    private static iommufd_ioas_map_flags FlagsOf(DmaAccess access, ulong? iova) =>
        (iommufd_ioas_map_flags)access | (iova is null ? 0 : IOMMU_IOAS_MAP_FIXED_IOVA);

    private static string At(ulong? iova) => iova is null ? "any IOVA" : $"IOVA 0x{iova:x}";
}
