using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Objects;

/// <summary>
/// A hardware queue of a vIOMMU: memory of the virtual machine that the hardware reads by itself, without translation. So the
/// memory is pinned through an access of the stage 2's IOAS, and cannot be unmapped as long as the queue is there.
/// </summary>
public sealed class HardwareQueue : EngineObject
{
    internal const string KindName = "hardware queue";

    internal HardwareQueue(VirtualIommu virtualIommu, uint type, uint index, Iova address, ulong length)
        : base(virtualIommu.Context)
    {
        VirtualIommu = virtualIommu;
        Type = type;
        Index = index;
        Address = address;
        Length = length;
    }

    public override string Kind => KindName;

    public VirtualIommu VirtualIommu { get; }

    /// <summary>Its type, as IOMMU_HW_QUEUE_ALLOC named it.</summary>
    public uint Type { get; }

    /// <summary>Which of the vIOMMU's queues it is.</summary>
    public uint Index { get; }

    /// <summary>First byte of its memory, in the stage 2's address space.</summary>
    public Iova Address { get; }

    /// <summary>Bytes of its memory.</summary>
    public ulong Length { get; }

    /// <summary>The queue that must be there before it, and go after it.</summary>
    internal HardwareQueue? Before;

    /// <summary>Holds its memory.</summary>
    internal Access? Memory;

    private protected override void OnDestroy()
    {
        VirtualIommu.Leave(this);
        if (Memory is not null)
        {
            Memory.UnpinMeeting(new AddressRange(0, ulong.MaxValue));
            Memory.Users--;
            Context.Remove(Memory);
        }

        VirtualIommu.Users--;
    }
}
