using Ioasis.Engine.Dma;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Objects;

/// <summary>
/// What the context needs of memory, and who pays for it: the user of the process that first had it take any. It is looked at before and
/// after calls, not at each allocation, so a user can pass the limit by what one call of each thread takes.
/// </summary>
public sealed partial class IommuContext
{
    /// <summary>Bytes of an object, about, with what it needs beside: an address space with a table and an attachment is two of them.</summary>
    private const long ObjectBytes = 320;

    /// <summary>Bytes of a context without anything.</summary>
    private const long EmptyBytes = 2048;

    /// <summary>Bytes that may come and go without being told.</summary>
    private const long Tolerance = 64 << 10;

    private EngineMemory? _payer;
    private long _told;
    private long _listBytes;

    /// <summary>Bytes that the context holds, about.</summary>
    public long MemoryBytes => EmptyBytes + AreaNodes.Bytes + Backings.Bytes + _objects.Count * ObjectBytes + Volatile.Read(ref _listBytes);

    /// <summary>Asks before a call that takes memory. Any thread, without the lock.</summary>
    /// <param name="payer">Whom the calling process is charged to; counts at the first time only.</param>
    /// <param name="why">ENOMEM: its limit is reached.</param>
    public Errno CheckMemory(EngineMemory payer, ref Reason why)
    {
        payer = Volatile.Read(ref _payer) ?? Interlocked.CompareExchange(ref _payer, payer, null) ?? payer;
        long bytes = payer.Bytes;
        return bytes < payer.Limit ? Errno.Success : why.Because(ReasonCode.EngineMemoryLimit, (ulong)bytes, (ulong)payer.Limit);
    }

    /// <summary>After a call: tells the payer what it has changed, and gives back what nobody needs any more. Any thread, without the lock.</summary>
    public void SettleMemory()
    {
        if (Math.Abs(MemoryBytes - Volatile.Read(ref _told)) < Tolerance && !CanBeTrimmed)
            return;
        lock (Gate)
        {
            Trim();
            Tell(MemoryBytes);
        }
    }

    /// <summary>Lists of an address space have grown by so many bytes, or shrunk. The lock is held.</summary>
    internal void ListsChanged(long bytes) => Volatile.Write(ref _listBytes, _listBytes + bytes);

    private bool CanBeTrimmed => AreaNodes.InUse == 0 && Backings.InUse == 0 && AreaNodes.Bytes + Backings.Bytes >= Tolerance;

    /// <summary>
    /// Once nothing is mapped, nodes and backings go. DMA that may still read there is waited for, and none finds its way there again; but as
    /// long as some waits for a client's memory they stay.
    /// </summary>
    private void Trim()
    {
        if (!CanBeTrimmed || Backings.IsSomeLeftBehind)
            return;
        DmaWait? wait = null;
        Barrier.Pass(ref wait);
        if (wait is not null)
            return;
        AreaNodes.Clear();
        Backings.Clear();
    }

    /// <summary>The lock is held.</summary>
    private void Tell(long bytes)
    {
        _payer?.Change(bytes - _told);
        if (_payer is not null)
            Volatile.Write(ref _told, bytes);
    }
}
