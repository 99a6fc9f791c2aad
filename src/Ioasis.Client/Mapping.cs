namespace Ioasis.Client;

/// <summary>Memory that is mapped in an address space, until this is disposed.</summary>
public sealed class Mapping : IDisposable
{
    private int _gone;

    internal Mapping(AddressSpace space, ulong iova, ulong length)
    {
        AddressSpace = space;
        Iova = iova;
        Length = length;
    }

    /// <summary>Where it is mapped.</summary>
    public AddressSpace AddressSpace { get; }

    /// <summary>The first I/O virtual address: what a device is given.</summary>
    public ulong Iova { get; }

    /// <summary>Bytes.</summary>
    public ulong Length { get; }

    /// <summary>Unmaps it. When this returns, no DMA can use it any more.</summary>
    /// <exception cref="ObjectDisposedException">It, or its address space, is gone already.</exception>
    /// <exception cref="IommuException">ENOENT: somebody has unmapped the range by its addresses.</exception>
    public void Unmap()
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _gone, 1) != 0, this);
        AddressSpace.Unmap(Iova, Length);
    }

    /// <summary>Unmaps it if it is still there. Safe to do twice, and in any order with its address space.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _gone, 1) == 0)
            AddressSpace.UnmapQuietly(Iova, Length);
    }
}
