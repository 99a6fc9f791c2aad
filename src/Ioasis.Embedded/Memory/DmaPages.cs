using Ioasis.Client.Transports;
using Ioasis.Dispatch.Files;
using Ioasis.Embedded.Descriptors;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Embedded.Memory;

/// <summary>
/// Pages that were allocated for DMA. They stay where they are, so devices reach them by pointer, without a system call.
/// </summary>
/// <remarks>
/// Every mapping refers to this object as its client memory, and so does the table of what is allocated. When the last
/// reference is gone there is no pointer to the pages left, and the garbage collector has them unmapped: nothing is counted,
/// and no order of freeing and unmapping leads to a pointer to nowhere.
/// </remarks>
internal sealed unsafe class DmaPages : ClientMemory
{
    private readonly InProcessMemory _process;
    private readonly DmaMemory _table;

    public DmaPages(InProcessMemory process, DmaMemory table, DescriptorTable files, ulong start, ulong length)
        : base(process.Owner)
    {
        _process = process;
        _table = table;
        Start = start;
        Length = length;
        Caller = new EmbeddedCaller(this, files);
        GC.AddMemoryPressure((long)length);
    }

    ~DmaPages()
    {
        KernelTransport.Instance.FreeMemory(Start, Length);
        GC.RemoveMemoryPressure((long)Length);
        _table.Forget(Length);
    }

    /// <summary>Address of the first byte.</summary>
    public ulong Start { get; }

    /// <summary>Bytes.</summary>
    public ulong Length { get; }

    /// <summary>This process as the caller of a map of these pages.</summary>
    public ICaller Caller { get; }

    public override bool IsAlive => true;

    /// <summary>Whether a range lies in these pages.</summary>
    public bool Contains(ulong start, ulong length) => start >= Start && start - Start < Length && length <= Length - (start - Start);

    public override int Read(HostAddress from, Span<byte> into) => _process.Read(from, into);

    public override int Write(HostAddress to, ReadOnlySpan<byte> from) => _process.Write(to, from);

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        // The engine asks for whole pages, and whole pages are what we have.
        shared = null;
        return Contains(start.Value, length) ? Errno.Success : _process.Pin(start, length, writable, out shared, ref why);
    }

    public override bool TryGetPointer(HostAddress start, ulong length, out byte* pointer)
    {
        pointer = (byte*)start.Value;
        return Contains(start.Value, length);
    }
}
