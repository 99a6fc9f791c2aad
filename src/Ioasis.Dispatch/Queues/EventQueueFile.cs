using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Queues;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Queues;

/// <summary>The descriptor of an event queue: events are read from it, a header before each.</summary>
public sealed class EventQueueFile : QueueFile
{
    private readonly EventQueue _queue;

    /// <summary>Opens it: from now on the queue cannot be destroyed, until the file is released.</summary>
    public EventQueueFile(EventQueue queue)
    {
        _queue = queue;
        queue.Context.HoldForFile(queue);
        queue.ReadableChanged = readable => ReadableChanged?.Invoke(readable);
    }

    public override string Path => "anon_inode:[iommufd-viommu-event]";

    public override bool IsReadable => _queue.IsReadable;

    /// <summary>Whole records, the oldest first.</summary>
    /// <returns>EINVAL: no room for a header, or for the next record; EFAULT.</returns>
    public override Errno Read(ICaller caller, ulong buffer, ulong count, out long transferred, ref Reason why)
    {
        ulong header = (ulong)Unsafe.SizeOf<iommufd_vevent_header>();
        transferred = 0;
        if (count < header)
            return why.Because(ReasonCode.EventReadTooShort, header, count);
        ulong done = 0;
        Errno errno = Errno.Success;
        while (_queue.TryTake(out VirtualEvent next))
        {
            ulong needed = header + (ulong)(next.Data?.Length ?? 0);
            if (needed > count - done)
            {
                _queue.Return(in next);
                if (done == 0)
                    errno = why.Because(ReasonCode.EventReadTooShort, needed, count);
                break;
            }

            errno = Copy(caller, buffer + done, in next, ref why);
            if (errno.Failed)
            {
                _queue.Return(in next);
                break;
            }

            _queue.Done(in next);
            done += needed;
        }

        transferred = (long)done;
        return done == 0 ? errno : Errno.Success;
    }

    /// <summary>Nothing can be written.</summary>
    /// <returns>EINVAL.</returns>
    public override Errno Write(ICaller caller, ulong buffer, ulong count, out long transferred, ref Reason why)
    {
        transferred = 0;
        return why.Because(ReasonCode.QueueNotWritable, name: Path);
    }

    public override ReleaseScope Scope => new(_queue.Context);

    public override void Release() => _queue.Context.ReleaseFile(_queue);

    private static Errno Copy(ICaller caller, ulong buffer, in VirtualEvent next, ref Reason why)
    {
        iommufd_vevent_header header = new()
        {
            flags = next.IsLoss ? iommu_veventq_flag.IOMMU_VEVENTQ_FLAG_LOST_EVENTS : 0,
            sequence = next.Sequence,
        };
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<iommufd_vevent_header>(in header));
        ReadOnlySpan<byte> data = next.Data;
        return caller.Memory.Write(new HostAddress(buffer), bytes) == bytes.Length
            && caller.Memory.Write(new HostAddress(buffer + (ulong)bytes.Length), data) == data.Length
            ? Errno.Success
            : why.Because(ReasonCode.QueueRecordUnwritable, buffer);
    }
}
