using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Intervals;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Dma;

/// <summary>
/// Many addresses at once: what a single DMA waits for, the section's fence and the memory of a large address space, many share.
/// </summary>
public sealed partial class DmaPort
{
    /// <summary>The device reads the pieces that a scatter-gather list names, one after the other, into one buffer.</summary>
    /// <param name="pasid">Whose address space it is.</param>
    /// <param name="from">The list.</param>
    /// <param name="into">As long as all pieces together. On an abort the rest of it is 0xff.</param>
    /// <returns>False when a piece was aborted; those before it were read, none after it. The fault is recorded.</returns>
    /// <exception cref="ArgumentException">The buffer has another length.</exception>
    public bool Gather(Pasid pasid, ReadOnlySpan<DmaSegment> from, Span<byte> into) => Gather(Epoch, pasid, from, into);

    /// <inheritdoc cref="Gather(Pasid, ReadOnlySpan{DmaSegment}, Span{byte})"/>
    /// <param name="epoch">What <see cref="Epoch"/> was when the device decided to: after a cancellation nothing is moved.</param>
    public bool Gather(long epoch, Pasid pasid, ReadOnlySpan<DmaSegment> from, Span<byte> into)
    {
        CheckLength(from, into.Length);
        while (!from.IsEmpty)
        {
            int pieces = 0, bytes = 0;
            Open();
            PageTable? table = IsCurrent(epoch) ? TableOf(pasid) : null;
            while (pieces < from.Length && TryReach(table, pasid, from[pieces], bytes, AreaAccess.Read, out Span<byte> memory))
            {
                memory.CopyTo(into[bytes..]);
                bytes += memory.Length;
                pieces++;
            }

            Close();
            _bytesRead += bytes;
            into = into[bytes..];
            from = from[pieces..];
            if (pieces != 0)
                continue;
            int length = from[0].Length;
            if (!Read(epoch, pasid, from[0].Iova, into[..length]))
            {
                FillWithOnes(epoch, into[length..]);
                return false;
            }

            into = into[length..];
            from = from[1..];
        }

        return true;
    }

    /// <summary>The device writes one buffer to the pieces that a scatter-gather list names, one after the other.</summary>
    /// <param name="pasid">Whose address space it is.</param>
    /// <param name="to">The list.</param>
    /// <param name="from">As long as all pieces together.</param>
    /// <returns>False when a piece was aborted; those before it were written, none after it. The fault is recorded.</returns>
    /// <exception cref="ArgumentException">The buffer has another length.</exception>
    public bool Scatter(Pasid pasid, ReadOnlySpan<DmaSegment> to, ReadOnlySpan<byte> from) => Scatter(Epoch, pasid, to, from);

    /// <inheritdoc cref="Scatter(Pasid, ReadOnlySpan{DmaSegment}, ReadOnlySpan{byte})"/>
    /// <param name="epoch">What <see cref="Epoch"/> was when the device decided to: after a cancellation nothing is moved.</param>
    public bool Scatter(long epoch, Pasid pasid, ReadOnlySpan<DmaSegment> to, ReadOnlySpan<byte> from)
    {
        CheckLength(to, from.Length);
        while (!to.IsEmpty)
        {
            int pieces = 0, bytes = 0;
            Open();
            PageTable? table = IsCurrent(epoch) ? TableOf(pasid) : null;
            while (pieces < to.Length && TryReach(table, pasid, to[pieces], bytes, AreaAccess.Write, out Span<byte> memory))
            {
                from.Slice(bytes, memory.Length).CopyTo(memory);
                ulong iova = to[pieces].Iova.Value;
                _front.Tracker?.Mark(iova, iova + (ulong)(memory.Length - 1));
                bytes += memory.Length;
                pieces++;
            }

            Close();
            _bytesWritten += bytes;
            from = from[bytes..];
            to = to[pieces..];
            if (pieces != 0)
                continue;
            int length = to[0].Length;
            if (!Write(epoch, pasid, to[0].Iova, from[..length]))
                return false;
            from = from[length..];
            to = to[1..];
        }

        return true;
    }

    /// <summary>
    /// Whether a piece can be copied within the section that is open, which has copied <paramref name="before"/> bytes. What cannot goes the
    /// plain way, which also knows what to do about faults.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReach(PageTable? table, Pasid pasid, DmaSegment piece, int before, AreaAccess access, out Span<byte> memory)
    {
        ulong iova = piece.Iova.Value;
        if (piece.Length <= LongestCopy - before)
        {
            if (TryReach(table, iova, piece.Length, access, out memory))
                return true;
            Reason why = default;
            if (table is not null && !_front.IsGood(table, iova)
                && TryTranslateSlowly(table, pasid, iova, (ulong)piece.Length, access, ref why))
                return TryReach(table, iova, piece.Length, access, out memory);
        }

        memory = default;
        return false;
    }

    private static void CheckLength(ReadOnlySpan<DmaSegment> list, int length)
    {
        long sum = 0;
        foreach (DmaSegment piece in list)
        {
            if (piece.Length <= 0)
                throw new ArgumentException($"a piece at IOVA {piece.Iova} has {piece.Length} bytes", nameof(list));
            sum += piece.Length;
        }

        if (sum != length)
            throw new ArgumentException($"the list names {sum} bytes, the buffer has {length}", nameof(length));
    }

    /// <summary>For <see cref="DmaSection"/>: where many IOVAs lead. Their look-ups wait for memory together.</summary>
    /// <returns>How many the device may use.</returns>
    internal int TranslateMany(Pasid pasid, ReadOnlySpan<Iova> iovas, AreaAccess access, Span<DmaTranslation> translations)
    {
        translations = translations[..iovas.Length];
        if (TableOf(pasid) is not { } table)
        {
            translations.Clear();
            return 0;
        }

        ReadOnlySpan<ulong> addresses = MemoryMarshal.Cast<Iova, ulong>(iovas);
        TranslationSink sink = new() { Space = table.Space, Addresses = addresses, Translations = translations, Access = access };
        table.Space.TranslateMany(addresses, ref sink);
        return sink.Count;
    }

    private ref struct TranslationSink : IIntervalSink<Area>
    {
        public Ioas Space;
        public ReadOnlySpan<ulong> Addresses;
        public Span<DmaTranslation> Translations;
        public AreaAccess Access;
        public int Count;

        public void Found(int index, ulong start, ulong last, in Area area)
        {
            ulong address = Addresses[index];
            bool permitted = (area.Access & Access) != 0;
            Translations[index] = permitted ? new DmaTranslation(new HostAddress(area.Address + (address - start)), last - address + 1) : default;
            Count += permitted ? 1 : 0;
        }

        /// <remarks>An area that is being cut is missing for a moment: the plain way waits for that.</remarks>
        public void Missing(int index)
        {
            if (Space.TryTranslate(Addresses[index], out ulong start, out ulong last, out Area area))
                Found(index, start, last, in area);
            else
                Translations[index] = default;
        }
    }
}
