using Ioasis.Abi;
using Ioasis.Client.Transports;

namespace Ioasis.Client;

/// <summary>An object of one open <c>/dev/iommu</c>, known there by a number.</summary>
/// <remarks>
/// Numbers are used again, so an object is destroyed once and never by its number. Closing the <see cref="Iommu"/> destroys
/// all of its objects; disposing one afterwards does nothing.
/// </remarks>
public abstract class IommuObject : IDisposable
{
    private const int Alive = 0, Gone = 1;

    private int _state;

    private protected IommuObject(Iommu iommu, uint id)
    {
        Iommu = iommu;
        Id = id;
    }

    /// <summary>The open file that it belongs to.</summary>
    public Iommu Iommu { get; }

    /// <summary>Its number in there.</summary>
    public uint Id { get; }

    /// <summary>What kind of thing it is, for messages.</summary>
    private protected abstract string Kind { get; }

    /// <summary>Destroys it. <see cref="Dispose"/> does the same and keeps quiet about failures.</summary>
    /// <exception cref="IommuException">EBUSY: others still use it, such as a device that is attached.</exception>
    /// <exception cref="ObjectDisposedException">It has been destroyed already.</exception>
    public void Destroy()
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _state, Gone) == Gone, this);
        CallResult result = SendDestroy();
        if (!result.Failed)
            return;
        Volatile.Write(ref _state, Alive);
        throw new IommuException(nameof(Iommufd.IOMMU_DESTROY), $"{Kind} {Id}", result);
    }

    /// <summary>
    /// Destroys it if nobody uses it any more. Otherwise it stays until the <see cref="Iommu"/> is closed. Any order of
    /// disposing is safe, and doing it twice.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _state, Gone) == Alive && !Iommu.IsClosed)
        {
            try
            {
                _ = SendDestroy();
            }
            catch (ObjectDisposedException)
            {
                // Closed between the check and the call: the object is gone with it.
            }
        }

        GC.SuppressFinalize(this);
    }

    internal void ThrowIfGone() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _state) == Gone, this);

    private CallResult SendDestroy()
    {
        iommu_destroy args = new() { size = iommu_destroy.MinimumSize, id = Id };
        return Iommu.Handle.Ioctl(Iommufd.IOMMU_DESTROY, ref args);
    }
}
