using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Bench.Engine;

/// <summary>What most suites measure on: one open <c>/dev/iommu</c>, one device, one address space, and memory to map.</summary>
internal sealed class Rig : IDisposable
{
    public const ulong Page = 4096, TiB = 1ul << 40;

    private readonly Iommu _iommu = new("dmar0", IommuType.Vtd) { Aperture = new AddressRange(0, long.MaxValue) };
    private readonly BoundDevice? _bound;

    /// <param name="memory">What is mapped; the rig does not own it.</param>
    /// <param name="attached">The device is attached to the address space.</param>
    public Rig(BenchMemory memory, bool attached)
    {
        Memory = memory;
        Context = new IommuContext(System);
        Space = AllocateSpace();
        Device = NewDevice(0);
        if (!attached)
            return;
        _bound = Bind(Device);
        Attach(_bound, Space);
    }

    public BenchMemory Memory { get; }

    public IommuSystem System { get; } = new();

    public IommuContext Context { get; }

    public Ioas Space { get; }

    public PhysicalDevice Device { get; }

    public Ioas AllocateSpace()
    {
        Ioas space = Context.AllocateSpace();
        Context.Publish(space);
        return space;
    }

    /// <summary>A device in a group of its own, behind the IOMMU, which translates 63 bits.</summary>
    public PhysicalDevice NewDevice(int number)
    {
        IommuGroup group = new(System, number, _iommu);
        return new PhysicalDevice($"device {number}", new RequesterId((byte)(number >> 8), (byte)(number >> 3 & 31), (byte)(number & 7)), group, [])
        {
            BusMaster = true,
        };
    }

    public BoundDevice Bind(PhysicalDevice device)
    {
        Reason why = default;
        Must(Context.Bind(device, out BoundDevice? bound, ref why), in why);
        return bound!;
    }

    public static void Attach(BoundDevice device, Ioas space)
    {
        Reason why = default;
        ObjectId id = space.Id;
        Must(device.AttachOrReplace(Pasid.None, ref id, ref why), in why);
    }

    public void Map(ulong iova, ulong length) => Map(Space, iova, length);

    public void Map(Ioas space, ulong iova, ulong length, ulong offset = 0)
    {
        Reason why = default;
        Must(Context.Map(space.Id, Memory, Memory.At(offset), length, new Iova(iova), AreaAccess.ReadWrite, false, out _, ref why), in why);
    }

    /// <summary>Lets the engine choose the IOVA.</summary>
    public ulong MapAnywhere(ulong length, ulong offset = 0)
    {
        Reason why = default;
        Must(Context.Map(Space.Id, Memory, Memory.At(offset), length, null, AreaAccess.ReadWrite, false, out Iova placed, ref why), in why);
        return placed.Value;
    }

    public void Unmap(ulong iova, ulong length) => Unmap(Space, iova, length);

    public void Unmap(Ioas space, ulong iova, ulong length)
    {
        Reason why = default;
        Must(Context.Unmap(space.Id, new Iova(iova), length, out _, ref why), in why);
    }

    public void UnmapAll() => Unmap(0, ulong.MaxValue);

    public void Dispose()
    {
        _bound?.Unbind();
        Context.Release();
    }

    public static void Must(Errno errno, in Reason why)
    {
        if (errno.Failed)
            throw new InvalidOperationException($"{errno}: {why}");
    }
}
