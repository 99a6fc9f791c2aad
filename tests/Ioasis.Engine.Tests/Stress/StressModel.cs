using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Tests.Stress;

/// <summary>
/// What DMA may see. A block of memory that is mapped holds, in every word of its first half, the tag of its mapping
/// (generation, address space, slot); one that is not holds <see cref="Poison"/> everywhere. Devices read first halves and
/// write second halves, so each kind of late DMA leaves its trace. Written by control threads, read by devices.
/// </summary>
internal sealed class StressModel
{
    public const int Spaces = 3, Slots = 4;

    /// <summary>Kinds of requests of the device with PASIDs: 0 is without, then each PASID. The other device's come after.</summary>
    public const int Requests = 4;

    public const ulong Poison = ulong.MaxValue;

    private readonly long[] _begun = new long[Spaces * Slots]; // the slot's latest generation that was about to be mapped
    private readonly long[] _over = new long[Spaces * Slots]; // the latest whose unmap has returned
    private readonly long[] _attached = new long[Requests + 1]; // changes so far, and which spaces may be meant
    private long _generation;
    private string? _violation;

    /// <summary>The first thing seen that must not be.</summary>
    public string? Violation => Volatile.Read(ref _violation);

    /// <summary>Where a slot lies, in each address space.</summary>
    public static Iova IovaOf(int slot) => new((ulong)(slot + 1) << 24);

    /// <summary>A mapping is about to be made: what its words must be.</summary>
    public ulong Begin(int space, int slot)
    {
        long generation = Interlocked.Increment(ref _generation);
        Volatile.Write(ref _begun[space * Slots + slot], generation);
        return (ulong)generation << 16 | (ulong)space << 8 | (uint)slot;
    }

    /// <summary>The unmap of a slot has returned.</summary>
    public void Unmapped(int space, int slot) =>
        Volatile.Write(ref _over[space * Slots + slot], _begun[space * Slots + slot]);

    /// <summary>An attachment is about to change: old and new may be seen. A bit an address space.</summary>
    public void Changing(int request, int spaces)
    {
        long word = _attached[request];
        Volatile.Write(ref _attached[request], (((word >> 8) + 1) << 8) | (word & 0xff) | (uint)spaces);
    }

    /// <summary>The change is over: only the new one may be seen.</summary>
    public void Changed(int request, int spaces) =>
        Volatile.Write(ref _attached[request], (((_attached[request] >> 8) + 1) << 8) | (uint)spaces);

    /// <summary>What is true before a DMA.</summary>
    public Snapshot Before(int request)
    {
        Snapshot snapshot = new() { Attached = Volatile.Read(ref _attached[request]) };
        Span<long> over = snapshot.Over;
        for (int i = 0; i < over.Length; i++)
            over[i] = Volatile.Read(ref _over[i]);
        return snapshot;
    }

    /// <summary>Judges what a device has read.</summary>
    public void Check(in Snapshot before, int request, int slot, ReadOnlySpan<ulong> words)
    {
        ulong tag = words[0];
        int other = words.IndexOfAnyExcept(tag);
        if (other >= 0)
            Report($"torn: word 0 is {tag:x}, word {other} is {words[other]:x} (slot {slot})");
        else if (tag == Poison)
            Report($"read after the unmap of slot {slot} had returned");
        else
            CheckOwner(in before, request, slot, tag);
    }

    private void CheckOwner(in Snapshot before, int request, int slot, ulong tag)
    {
        int space = (int)(tag >> 8 & 0xff), place = (int)(tag & 0xff);
        long generation = (long)(tag >> 16);
        if (space >= Spaces || place != slot)
            Report($"a read of slot {slot} has led to another's memory: {tag:x}");
        else if (generation <= before.Over[space * Slots + slot])
            Report($"generation {generation} of slot {slot} seen, whose unmap had returned");
        else if (generation > Volatile.Read(ref _begun[space * Slots + slot]))
            Report($"generation {generation} of slot {slot} seen, which does not exist yet");
        else if (Volatile.Read(ref _attached[request]) == before.Attached && (before.Attached >> space & 1) == 0)
            Report($"address space {space} reached by request {request}, which is not attached to it");
    }

    public void Report(string violation) => Interlocked.CompareExchange(ref _violation, violation, null);

    /// <summary>Taken before a DMA: generations that it cannot see, and the attachment.</summary>
    internal struct Snapshot
    {
        public long Attached;

        private Generations _over;

        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public Span<long> Over => _over;

        [System.Runtime.CompilerServices.InlineArray(Spaces * Slots)]
        private struct Generations
        {
            private long _first;
        }
    }
}
