using Ioasis.Client.Transports;
using Ioasis.Embedded.Descriptors;

namespace Ioasis.Embedded.Memory;

/// <summary>The memory that was allocated for DMA and not yet freed, by address. Thread-safe.</summary>
/// <remarks><see cref="_gate"/> guards the list; it is the innermost lock.</remarks>
internal sealed class DmaMemory(InProcessMemory process, DescriptorTable files)
{
    private readonly Lock _gate = new();
    private readonly List<DmaPages> _all = []; // ascending, disjoint
    private long _bytes;

    /// <summary>Bytes that exist now: allocated, or freed but still mapped (or not yet collected).</summary>
    public ulong Bytes => (ulong)Volatile.Read(ref _bytes);

    /// <summary>Allocates whole pages.</summary>
    public CallResult Allocate(ulong length)
    {
        CallResult result = KernelTransport.Instance.AllocateMemory(length);
        if (result.Failed)
            return result;
        Interlocked.Add(ref _bytes, (long)length);
        lock (_gate)
        {
            ulong start = (ulong)result.Value;
            _all.Insert(IndexAfter(start), new DmaPages(process, this, files, start, length));
        }

        return result;
    }

    /// <summary>Frees what <see cref="Allocate"/> gave: the pages go when nothing refers to them any more.</summary>
    /// <exception cref="ArgumentException">Nothing is allocated there.</exception>
    public void Free(ulong start)
    {
        lock (_gate)
        {
            int index = IndexAfter(start) - 1;
            if (index < 0 || _all[index].Start != start)
                throw new ArgumentException($"0x{start:x} is not the start of memory that was allocated here and not yet freed", nameof(start));
            _all.RemoveAt(index);
        }
    }

    /// <summary>Finds the pages that a range lies in; null when it does not lie in the pages of one allocation.</summary>
    public DmaPages? Find(ulong start, ulong length)
    {
        lock (_gate)
        {
            int index = IndexAfter(start) - 1;
            return index >= 0 && _all[index].Contains(start, length) ? _all[index] : null;
        }
    }

    /// <summary>Pages were given back to Linux.</summary>
    internal void Forget(ulong length) => Interlocked.Add(ref _bytes, -(long)length);

    /// <summary>The index of the first pages that start after an address.</summary>
    private int IndexAfter(ulong address)
    {
        int low = 0, high = _all.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_all[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
