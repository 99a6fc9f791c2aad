using Ioasis.Abi;
using Ioasis.Engine.Spaces;

namespace Ioasis.Dispatch.Legacy;

/// <summary>Permissions of a legacy map.</summary>
internal static class LegacyAccess
{
    public static AreaAccess Of(vfio_dma_map_flags flags) =>
        ((flags & vfio_dma_map_flags.VFIO_DMA_MAP_FLAG_READ) != 0 ? AreaAccess.Read : AreaAccess.None)
        | ((flags & vfio_dma_map_flags.VFIO_DMA_MAP_FLAG_WRITE) != 0 ? AreaAccess.Write : AreaAccess.None);
}
