using Ioasis.Engine.Addresses;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Legacy;

/// <summary>
/// What is left to do when a group has left a container: to wait for DMA of its devices, and to unmap all when it was the last. It is done
/// with no lock held; the devices are free already.
/// </summary>
/// <remarks>One thread. <see cref="Finish"/> must be called once.</remarks>
public sealed class ContainerEnding
{
    private readonly IommuContext _context;
    private readonly List<DmaEnding> _endings = [];
    private int _holds; // of the context, that are to be released
    private Ioas? _space;

    internal ContainerEnding(IommuContext context) => _context = context;

    /// <summary>Does it.</summary>
    public void Finish()
    {
        foreach (DmaEnding ending in _endings)
            ending.Finish();
        if (_space is not null)
            _context.DestroyUnused(_space); // a call that still uses it does so when it is done

        for (; _holds != 0; _holds--)
            _context.Release();
    }

    internal void Unbind(List<BoundDevice> devices)
    {
        foreach (BoundDevice device in devices)
            _endings.Add(device.BeginUnbind());
        _holds += devices.Count;
    }

    internal void Detach(List<BoundDevice> devices)
    {
        foreach (BoundDevice device in devices)
            _endings.Add(device.BeginDetach(Pasid.None));
    }

    internal void Drop(Ioas? space) => _space = space;

    /// <summary>The container's file is closed too.</summary>
    internal void Close() => _holds++;
}
