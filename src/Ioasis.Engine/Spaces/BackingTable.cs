using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>
/// The backings of one context, by number, side by side in arrays: a million mappings are a few hundred objects for the garbage collector, and
/// a map and an unmap in steady state allocate nothing.
/// </summary>
/// <remarks>
/// Guarded by the context's lock, but for <see cref="Find"/> and the indexer, by which a DMA within its section, and an access during its
/// copy, reach a backing that is in use. Arrays are added, never moved, and given back only when no backing is in use, so a reference to one that is in use is good.
/// </remarks>
internal sealed class BackingTable
{
    private const int SmallestShift = 2, LargestShift = 12; // arrays of 4, 8, … 4,096 backings, and then 4,096 each
    private const uint Smallest = 1 << SmallestShift, Largest = 1 << LargestShift;

    private Backing[]?[] _arrays = []; // replaced when it is too short
    private uint _end = 1; // numbers from here on have never been given
    private BackingId _free;
    private uint _room; // backings that the arrays have room for

    private List<DmaWait>? _leftBehind; // what was given up and has not ended
    private int _closedForGood; // backings that may not be used again as long

    private PinPool? _pinPool;

    /// <summary>Where it is kept which pages are pinned in part; made when not all pages of some backing are pinned alike.</summary>
    public PinPool PinPool => _pinPool ??= new PinPool();

    /// <summary>What the call that holds the lock knows of memory that may block; null as long as it wanted to know nothing.</summary>
    public PinAnswers? Answers { get; set; }

    /// <summary>
    /// The call that holds the lock has pinned pages of which nobody knows whether they can be: it undoes what it has done, and fails with
    /// this (EAGAIN), which no client sees; see <see cref="PinAttempt"/>.
    /// </summary>
    public Errno CheckAnswered(ref Reason why) =>
        Answers is { AreMissing: true } ? why.Because(ReasonCode.PagesNotAskedFor) : Errno.Success;

    /// <summary>A backing that is in use, or was taken.</summary>
    public ref Backing this[BackingId id]
    {
        get
        {
            Backing[] array = Find(id, out int index);
            return ref array[index];
        }
    }

    /// <summary>The array that a backing stands in, and its place there.</summary>
    public Backing[] Find(BackingId id, out int index)
    {
        Split(id.Value, out int array, out index);
        return Volatile.Read(ref _arrays)[array]!;
    }

    /// <summary>Backings that are taken.</summary>
    public int InUse { get; private set; }

    /// <summary>Bytes held, about.</summary>
    public long Bytes => (long)_room * Unsafe.SizeOf<Backing>() + (_pinPool?.Bytes ?? 0);

    /// <summary>Gives all memory back. No backing is in use, and no DMA that has found one is still on its way.</summary>
    public void Clear()
    {
        Debug.Assert(InUse == 0);
        Volatile.Write(ref _arrays, []);
        _end = 1;
        _free = default;
        _room = 0;
        _pinPool = null;
    }

    /// <summary>A backing that nobody uses; it is to be opened.</summary>
    public BackingId Take()
    {
        InUse++;
        BackingId id = _free;
        if (id.Value == 0)
            return TakeNew();
        _free = this[id].Next;
        return id;
    }

    /// <summary>
    /// Takes back a backing that no area uses any more, and no DMA but one that was given up. As long as there is such a one, nothing is
    /// used again: it could be any.
    /// </summary>
    public void Return(BackingId id)
    {
        ref Backing backing = ref this[id];
        if (IsSomeLeftBehind)
        {
            backing.CloseForGood();
            _closedForGood++;
            return;
        }

        backing.Close();
        backing.Next = _free;
        _free = id;
        InUse--;
    }

    /// <summary>DMA was given up that may still use a backing.</summary>
    public void LeaveBehind(DmaWait wait)
    {
        if (!wait.HasEnded)
            (_leftBehind ??= []).Add(wait);
    }

    /// <summary>DMA that was given up has not ended. The lock is held.</summary>
    public bool IsSomeLeftBehind
    {
        get
        {
            if (_leftBehind is null)
                return false;
            _leftBehind.RemoveAll(static wait => wait.HasEnded);
            if (_leftBehind.Count != 0)
                return true;
            _leftBehind = null;
            InUse -= _closedForGood; // the table has them until it is cleared
            _closedForGood = 0;
            return false;
        }
    }

    /// <summary>An area leads there no more.</summary>
    public void Release(BackingId id)
    {
        if (this[id].RemoveArea())
            Return(id);
    }

    /// <summary>Pins pages of a backing once more; as <see cref="Backing.Pin"/>.</summary>
    public Errno Pin(BackingId id, ulong address, ulong length, ref Reason why) => this[id].Pin(address, length, this, ref why);

    /// <summary>As <see cref="ClientMemory.Pin"/>, of memory that may block: from what the call knows, else as if all were well.</summary>
    public Errno Ask(ClientMemory memory, PageRun pages, bool writable, out SharedPages? shared, ref Reason why) =>
        (Answers ??= PinAnswers.Take()).Find(memory, pages, writable, out shared, ref why);

    /// <summary>Takes one pin back; as <see cref="Backing.Unpin"/>.</summary>
    public void Unpin(BackingId id, ulong address, ulong length) => this[id].Unpin(address, length);

    private BackingId TakeNew()
    {
        uint number = _end++;
        Split(number, out int array, out _);
        if (array >= _arrays.Length)
        {
            Backing[]?[] longer = new Backing[]?[Math.Max(4, array * 2)];
            _arrays.CopyTo(longer, 0);
            Volatile.Write(ref _arrays, longer);
        }

        if (_arrays[array] is null)
        {
            _arrays[array] = new Backing[array < LargestShift - SmallestShift ? Smallest << array : Largest];
            _room += (uint)_arrays[array]!.Length;
        }

        return new BackingId(number);
    }

    private static void Split(uint number, out int array, out int index)
    {
        uint place = number + Smallest;
        if (place < 2 * Largest)
        {
            array = BitOperations.Log2(place) - SmallestShift;
            index = (int)(place - (Smallest << array));
        }
        else
        {
            array = (int)(place >> LargestShift) + LargestShift - SmallestShift - 1;
            index = (int)(place & (Largest - 1));
        }

        Debug.Assert(index >= 0);
    }
}
