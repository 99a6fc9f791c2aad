using Ioasis.Engine.Legacy;
using Ioasis.Engine.Objects;

namespace Ioasis.Dispatch.Legacy;

/// <summary>What a group leaves to be done without its lock when it or a device of it is closed: to wait for DMA, to unmap, to let go of a context.</summary>
internal struct GroupEnding
{
    private BoundDevice? _bound;
    private DmaEnding _dma;
    private ContainerEnding? _container;
    private IommuContext? _context;

    /// <summary>A device of it is closed.</summary>
    public void Unbind(BoundDevice bound)
    {
        _bound = bound;
        _dma = bound.BeginUnbind();
    }

    /// <summary>It has left a container.</summary>
    public void Leave(ContainerEnding container) => _container = container;

    /// <summary>It has let go of an iommufd.</summary>
    public void Release(IommuContext context) => _context = context;

    /// <summary>Does it, with no lock held.</summary>
    public void Finish()
    {
        _dma.Finish();
        _bound?.Context.Release();
        _container?.Finish();
        _context?.Release();
    }
}
