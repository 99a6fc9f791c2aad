using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Queues;

/// <summary>The descriptor of a fault queue: page requests are read from it, a group at a time, and answers are written to it.</summary>
public sealed class FaultQueueFile : QueueFile
{
    private readonly FaultQueue _queue;

    /// <summary>Opens it: from now on the queue cannot be destroyed, until the file is released.</summary>
    public FaultQueueFile(FaultQueue queue)
    {
        _queue = queue;
        queue.Context.HoldForFile(queue);
        queue.ReadableChanged = readable => ReadableChanged?.Invoke(readable);
    }

    public override string Path => "anon_inode:[iommufd-pgfault]";

    public override bool IsReadable => _queue.IsReadable;

    /// <summary>Whole groups of page requests, the oldest first.</summary>
    /// <returns>ESPIPE: no whole number of records; EINVAL: no room for the next group; EFAULT.</returns>
    public override Errno Read(ICaller caller, ulong buffer, ulong count, out long transferred, ref Reason why)
    {
        ulong size = (ulong)Unsafe.SizeOf<iommu_hwpt_pgfault>();
        transferred = 0;
        if (count % size != 0)
            return why.Because(ReasonCode.QueueRecordsNotWhole, count, size);
        ulong done = 0;
        Errno errno = Errno.Success;
        while (true)
        {
            if (!_queue.TryTake((count - done) / size, out PageRequestGroup? group, out int needed))
            {
                if (needed != 0 && done == 0)
                    errno = why.Because(ReasonCode.FaultReadTooShort, (ulong)needed, count / size);
                break;
            }

            errno = FailurePoint.Allocate("cookie of a group", ref why);
            if (errno.Succeeded)
                errno = Copy(caller, buffer + done, group!, ref why);
            if (errno.Failed)
            {
                _queue.Return(group!);
                break;
            }

            _queue.Done(group!);
            done += (ulong)needed * size;
        }

        transferred = (long)done;
        return done == 0 ? errno : Errno.Success;
    }

    /// <summary>Answers, each to one group that was read.</summary>
    /// <returns>ESPIPE: no whole number of records; EINVAL: no such code, or no such cookie; EFAULT.</returns>
    public override Errno Write(ICaller caller, ulong buffer, ulong count, out long transferred, ref Reason why)
    {
        ulong size = (ulong)Unsafe.SizeOf<iommu_hwpt_page_response>();
        transferred = 0;
        if (count % size != 0)
            return why.Because(ReasonCode.QueueRecordsNotWhole, count, size);
        ulong done = 0;
        Errno errno = Errno.Success;
        for (; done < count; done += size)
        {
            errno = Answer(caller, buffer + done, ref why);
            if (errno.Failed)
                break;
        }

        transferred = (long)done;
        return done == 0 ? errno : Errno.Success;
    }

    public override ReleaseScope Scope => new(_queue.Context);

    public override void Release() => _queue.Context.ReleaseFile(_queue);

    private static Errno Copy(ICaller caller, ulong buffer, PageRequestGroup group, ref Reason why)
    {
        foreach (ref readonly PageRequest request in group.Requests)
        {
            iommu_hwpt_pgfault record = new()
            {
                flags = (request.Pasid.IsNone ? 0 : iommu_hwpt_pgfault_flags.IOMMU_PGFAULT_FLAGS_PASID_VALID)
                    | (request.IsLast ? iommu_hwpt_pgfault_flags.IOMMU_PGFAULT_FLAGS_LAST_PAGE : 0),
                dev_id = group.Holder.Id.Value,
                pasid = request.Pasid.Value,
                grpid = request.GroupId,
                perm = request.Access,
                addr = request.Address,
                cookie = group.Cookie,
            };
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<iommu_hwpt_pgfault>(in record));
            if (caller.Memory.Write(new HostAddress(buffer), bytes) != bytes.Length)
                return why.Because(ReasonCode.QueueRecordUnwritable, buffer);
            buffer += (ulong)bytes.Length;
        }

        return Errno.Success;
    }

    private Errno Answer(ICaller caller, ulong buffer, ref Reason why)
    {
        iommu_hwpt_page_response answer = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<iommu_hwpt_page_response>(ref answer));
        if (caller.Memory.Read(new HostAddress(buffer), bytes) != bytes.Length)
            return why.Because(ReasonCode.QueueRecordUnreadable, buffer);
        if (answer.code is not (iommufd_page_response_code.IOMMUFD_PAGE_RESP_SUCCESS or iommufd_page_response_code.IOMMUFD_PAGE_RESP_INVALID))
            return why.Because(ReasonCode.FaultResponseUnknown, (ulong)answer.code);
        PageResponse response = answer.code == iommufd_page_response_code.IOMMUFD_PAGE_RESP_SUCCESS ? PageResponse.Success : PageResponse.Invalid;
        return _queue.Answer(answer.cookie, response) ? Errno.Success : why.Because(ReasonCode.FaultCookieUnknown, answer.cookie);
    }
}
