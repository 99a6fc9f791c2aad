using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Faults;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Hardware;

/// <summary>Page requests: the device asks for pages that its DMA did not find, and is answered by whoever manages its tables.</summary>
public sealed partial class PhysicalDevice
{
    /// <summary>
    /// Some ten microseconds of short looks: a user who answers at once is not worth a sleep, and neither is a longer and longer pause,
    /// as <see cref="SpinWait"/> makes them, between two looks. Where there is one processor, whoever answers needs it.
    /// </summary>
    private static readonly int s_looksBeforeSleep = Environment.ProcessorCount == 1 ? 0 : 256;

    /// <summary>Guards requests of groups that are not complete, and wakes those who wait for an answer. Innermost.</summary>
    private readonly object _responses = new();
    private List<PageRequest>? _incomplete;
    private int _sleepers; // threads that wait asleep

    /// <summary>
    /// Puts a page request on its way to the fault queue of the HWPT that the DMA goes through. Requests of one group wait for
    /// the last one.
    /// </summary>
    /// <param name="request">What the device wants.</param>
    /// <param name="group">The group, when the request completed one: its answer is to come.</param>
    /// <returns>False: nobody takes page requests of this device, or of this PASID; the answer is <see cref="PageResponse.Invalid"/>.</returns>
    public bool TryRequest(in PageRequest request, out PageRequestGroup? group) => TryRequest(in request, null, out group);

    /// <summary>The same; <paramref name="idle"/> is used for a complete group instead of a new object.</summary>
    internal bool TryRequest(in PageRequest request, PageRequestGroup? idle, out PageRequestGroup? group)
    {
        group = null;
        if (Bound is not { } holder || !TryFindTable(request.Pasid, out PageTable? table, out Pasid attachedAs) || table!.Faults is not { } queue)
            return false;
        if (!request.IsLast)
        {
            lock (_responses)
                (_incomplete ??= []).Add(request);
            return true;
        }

        group = idle ?? new PageRequestGroup(this);
        group.Begin(table, attachedAs, holder);
        Complete(group, in request);
        queue.Add(group);
        // A detach that gave up this table's requests before ours was among them had changed the table before: it is seen here.
        if (Group.TableOf(attachedAs) != table)
            queue.GiveUp(table, Group, attachedAs);
        return true;
    }

    /// <summary>
    /// Waits for an answer, in no DMA section and with no lock held. It comes also when the device is detached, or the client
    /// is gone.
    /// </summary>
    public PageResponse Wait(PageRequestGroup group) => Wait(group, null, 0);

    /// <summary>The same, for a DMA of a port.</summary>
    /// <param name="group">What was asked for.</param>
    /// <param name="port">Whose DMA it is; null for none.</param>
    /// <param name="epoch">The port's epoch in which it was begun.</param>
    /// <returns><see cref="PageResponse.None"/> when the DMA was called off before an answer came.</returns>
    internal PageResponse Wait(PageRequestGroup group, DmaPort? port, long epoch)
    {
        for (int looks = 0; !HasEnded(group, port, epoch) && looks < s_looksBeforeSleep; looks++)
            Thread.SpinWait(1);
        if (HasEnded(group, port, epoch))
            return group.Answer;
        lock (_responses)
        {
            Interlocked.Increment(ref _sleepers); // a fence: who answers after this sees a sleeper, or we see the answer
            while (!HasEnded(group, port, epoch))
                Monitor.Wait(_responses);
            _sleepers--;
        }

        return group.Answer;
    }

    private static bool HasEnded(PageRequestGroup group, DmaPort? port, long epoch) =>
        group.Answer != PageResponse.None || (port is not null && port.Epoch != epoch);

    /// <summary>Something that a waiting thread looks at has changed: an answer, the epoch of its port. The change was a fence.</summary>
    internal void WakeWaiters()
    {
        if (Volatile.Read(ref _sleepers) == 0)
            return; // nobody has given up spinning, or whoever does will look once more under the lock
        lock (_responses)
            Monitor.PulseAll(_responses);
    }

    /// <summary>Nobody is left who could answer: requests of groups that are not complete are forgotten.</summary>
    internal void ForgetPageRequests()
    {
        lock (_responses)
            _incomplete = null;
    }

    /// <summary>The HWPT that is attached for the PASID, or the nested one of a user who has the PASID table.</summary>
    private bool TryFindTable(Pasid pasid, out PageTable? table, out Pasid attachedAs)
    {
        attachedAs = pasid;
        table = Group.TableOf(pasid);
        if (table is null && !pasid.IsNone && Iommu.HasUserPasidTables)
        {
            attachedAs = Pasid.None;
            table = Group.Table as NestedPageTable;
        }

        return table is not null;
    }

    private void Complete(PageRequestGroup group, in PageRequest last)
    {
        lock (_responses)
        {
            if (_incomplete is not null)
                MoveEarlier(_incomplete, last.GroupId, group);
        }

        group.Add(in last);
    }

    private static void MoveEarlier(List<PageRequest> incomplete, uint number, PageRequestGroup group)
    {
        int kept = 0;
        for (int i = 0; i < incomplete.Count; i++)
        {
            PageRequest one = incomplete[i];
            if (one.GroupId == number)
                group.Add(in one);
            else
                incomplete[kept++] = one;
        }

        incomplete.RemoveRange(kept, incomplete.Count - kept);
    }
}
