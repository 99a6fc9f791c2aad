using Ioasis.Engine.Faults;

namespace Ioasis.Engine.Objects;

/// <summary>The calls on fault queues.</summary>
public sealed partial class IommuContext
{
    /// <summary>
    /// IOMMU_FAULT_QUEUE_ALLOC. The caller publishes or aborts what it gets, and makes the file through which it is read: the
    /// file is a user of the queue and keeps the context alive, until <see cref="ReleaseFile"/>.
    /// </summary>
    public FaultQueue AllocateFaultQueue()
    {
        lock (Gate)
        {
            FaultQueue queue = new(this);
            Reserve(queue);
            return queue;
        }
    }

    /// <summary>A file on an object is open: the object cannot be destroyed, and the context lives on.</summary>
    public void HoldForFile(EngineObject o)
    {
        lock (Gate)
        {
            o.Users++;
            _holders++;
        }
    }

    /// <summary>The file on an object was closed.</summary>
    public void ReleaseFile(EngineObject o)
    {
        lock (Gate)
            o.Users--;
        Release();
    }
}
