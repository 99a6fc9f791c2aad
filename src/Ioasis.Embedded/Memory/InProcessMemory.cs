using Ioasis.Embedded.Native;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Embedded.Memory;

/// <summary>
/// The memory of this process, whatever it is: reached through the kernel (process_vm_readv and process_vm_writev on
/// ourselves), so that an address where nothing is gives an error and never a crash. What was allocated for DMA has a faster
/// way: <see cref="DmaPages"/>. Thread-safe.
/// </summary>
internal sealed unsafe class InProcessMemory(PinOwner owner, OwnMappings mappings) : ClientMemory(owner)
{
    private const ulong PageMask = 4096 - 1;

    public override bool IsAlive => true;

    public override int Read(HostAddress from, Span<byte> into)
    {
        if (CallWindow.TryGet(from.Value, into.Length, out byte* source))
        {
            new ReadOnlySpan<byte>(source, into.Length).CopyTo(into);
            return into.Length;
        }

        fixed (byte* local = into)
        {
            IoVector here = new((ulong)local, into.Length), there = new(from.Value, into.Length);
            return (int)Math.Max(0, LibC.process_vm_readv(Environment.ProcessId, &here, 1, &there, 1, 0));
        }
    }

    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        if (CallWindow.TryGet(to.Value, from.Length, out byte* target))
        {
            from.CopyTo(new Span<byte>(target, from.Length));
            return from.Length;
        }

        fixed (byte* local = from)
        {
            IoVector here = new((ulong)local, from.Length), there = new(to.Value, from.Length);
            return (int)Math.Max(0, LibC.process_vm_writev(Environment.ProcessId, &here, 1, &there, 1, 0));
        }
    }

    public override Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        ulong last = start.Value + (length - 1) | PageMask;
        ulong at = start.Value & ~PageMask;
        while (true)
        {
            if (!mappings.TryFind(at, out OwnMapping found))
                return why.Because(ReasonCode.MemoryNotMapped, at, start.Value, last);
            if (!found.Readable)
                return why.Because(ReasonCode.MemoryNotReadable, at, start.Value, last);
            if (writable && !found.Writable)
                return why.Because(ReasonCode.MemoryNotWritable, at, start.Value, last);

            // Device memory and pages beyond the end of a file look like any other; a byte of the ends tells.
            ulong end = Math.Min(found.End - 1, last);
            if (!IsThere(at) || !IsThere(end))
                return why.Because(ReasonCode.MemoryNotPinnable, IsThere(at) ? end : at, start.Value, last);
            if (end == last)
                return Errno.Success;
            at = found.End;
        }
    }

    public override bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        ulong last = start.Value + (length - 1);
        ulong end = start.Value;
        while (IsThere(end) && (end | PageMask) < last)
            end = (end | PageMask) + 1;
        if (!IsThere(end))
            last = end - 1;
        run = new MemoryRun(this, 0, 0, start.Value, last);
        return end > start.Value || IsThere(start.Value);
    }

    private bool IsThere(ulong address)
    {
        byte unused = 0;
        return Read(new HostAddress(address), new Span<byte>(ref unused)) == 1;
    }
}
