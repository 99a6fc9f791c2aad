using System.Runtime.CompilerServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Dma;

/// <summary>
/// An open DMA section: until it is disposed, nothing that it has translated to is unmapped or let go. Keep it short, and
/// wait for nothing inside: an unmap waits for it.
/// </summary>
public readonly ref struct DmaSection
{
    private readonly DmaPort _port;

    internal DmaSection(DmaPort port) => _port = port;

    /// <summary>Where an IOVA leads.</summary>
    /// <param name="iova">The address.</param>
    /// <param name="access">What the device wants to do; one of read or write.</param>
    /// <param name="address">The client address behind it.</param>
    /// <param name="length">Bytes from there that follow each other and may be used alike; at least 1.</param>
    /// <param name="why">Why not.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTranslate(Iova iova, AreaAccess access, out HostAddress address, out ulong length, ref Reason why) =>
        _port.TryTranslate(Pasid.None, iova.Value, access, out address, out length, ref why);

    /// <summary>Where an IOVA of a PASID's address space leads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTranslate(Pasid pasid, Iova iova, AreaAccess access, out HostAddress address, out ulong length, ref Reason why) =>
        _port.TryTranslate(pasid, iova.Value, access, out address, out length, ref why);

    /// <summary>
    /// Where many IOVAs of a PASID's address space lead, or of the device's own (<see cref="Pasid.None"/>). In a large address space many times
    /// faster than one by one, because their look-ups wait for memory together.
    /// </summary>
    /// <param name="pasid">Whose address space it is.</param>
    /// <param name="iovas">The addresses: a few hundred at most, as the section is to be short.</param>
    /// <param name="access">What the device wants to do; one of read or write.</param>
    /// <param name="translations">
    /// Where each leads; of length 0 where the device may not go. Why not, <see cref="TryTranslate(Pasid, Iova, AreaAccess, out HostAddress, out ulong, ref Reason)"/> tells.
    /// </param>
    /// <returns>How many the device may use.</returns>
    public int TranslateMany(Pasid pasid, ReadOnlySpan<Iova> iovas, AreaAccess access, Span<DmaTranslation> translations) =>
        _port.TranslateMany(pasid, iovas, access, translations);

    /// <summary>Closes the section.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose() => _port.Close();
}
