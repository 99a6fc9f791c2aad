using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Tests.Fixtures;

/// <summary>One context of one machine with a VT-d-like IOMMU, and short names for the calls that tests make most.</summary>
internal sealed class Lab
{
    public const ulong ApertureLast = (1ul << 47) - 1;
    public const ulong MsiFirst = 0xfee0_0000, MsiLast = 0xfeef_ffff;

    private static readonly ReservedRegion[] s_msi = [new(new AddressRange(MsiFirst, MsiLast), ReservedKind.Msi)];

    private int _groups;

    public Lab() => Context = new IommuContext(System);

    public IommuSystem System { get; } = new();

    public Iommu Vtd { get; } = new("dmar0", IommuType.Vtd) { Aperture = new AddressRange(0, ApertureLast) };

    public IommuContext Context { get; }

    /// <summary>Why the last call failed.</summary>
    public Reason Why;

    public IommuGroup Group(Iommu? iommu = null) => new(System, _groups++, iommu ?? Vtd);

    public PhysicalDevice Device(IommuGroup? group = null, ReservedRegion[]? reserved = null)
    {
        group ??= Group();
        int number = group.Id * 8 + group.Members.Count;
        return new PhysicalDevice($"0000:00:{number:x2}.0", new RequesterId((ushort)(number << 3)), group, reserved ?? s_msi) { BusMaster = true };
    }

    public BoundDevice Bind(PhysicalDevice? device = null)
    {
        Succeed(Context.Bind(device ?? Device(), out BoundDevice? bound, ref Why));
        return bound!;
    }

    public Ioas Space()
    {
        Ioas made = Context.AllocateSpace();
        Context.Publish(made);
        return made;
    }

    public ObjectId Attach(BoundDevice device, EngineObject pageTable)
    {
        ObjectId id = pageTable.Id;
        Succeed(device.AttachOrReplace(Pasid.None, ref id, ref Why));
        return id;
    }

    public ErrnoCode TryAttach(BoundDevice device, EngineObject pageTable)
    {
        ObjectId id = pageTable.Id;
        return device.AttachOrReplace(Pasid.None, ref id, ref Why).Code;
    }

    public ErrnoCode TryMap(
        Ioas space, ClientMemory memory, ulong offset, ulong length, ulong? iova, AreaAccess access = AreaAccess.ReadWrite, bool mayLock = false)
        => Context.Map(space.Id, memory, new HostAddress(FakeMemory.Base + offset), length, iova is { } i ? new Iova(i) : null, access, mayLock, out _, ref Why).Code;

    public void Map(Ioas space, ClientMemory memory, ulong offset, ulong length, ulong iova, AreaAccess access = AreaAccess.ReadWrite) =>
        Assert.Equal(ErrnoCode.None, TryMap(space, memory, offset, length, iova, access));

    public ulong MapAnywhere(Ioas space, ClientMemory memory, ulong offset, ulong length)
    {
        Succeed(Context.Map(
            space.Id, memory, new HostAddress(FakeMemory.Base + offset), length, null, AreaAccess.ReadWrite, false, out Iova placed, ref Why));
        return placed.Value;
    }

    public ErrnoCode TryCopy(
        Ioas source, ulong from, ulong length, Ioas destination, ulong? iova, AreaAccess access = AreaAccess.ReadWrite) =>
        Context.Copy(source.Id, new Iova(from), length, destination.Id, iova is { } i ? new Iova(i) : null, access, out _, ref Why).Code;

    public ErrnoCode TryUnmap(Ioas space, ulong iova, ulong length, out ulong unmapped) =>
        Context.Unmap(space.Id, new Iova(iova), length, out unmapped, ref Why).Code;

    public ulong Unmap(Ioas space, ulong iova, ulong length)
    {
        Succeed(Context.Unmap(space.Id, new Iova(iova), length, out ulong unmapped, ref Why));
        return unmapped;
    }

    public (ulong First, ulong Last)[] Ranges(Ioas space, out ulong alignment)
    {
        List<AddressRange> ranges = [];
        Succeed(Context.GetRanges(space.Id, ranges, out alignment, ref Why));
        return [.. ranges.Select(range => (range.First, range.Last))];
    }

    public ErrnoCode Destroy(EngineObject o) => Context.Destroy(o.Id, ref Why).Code;

    public void Succeed(Errno errno)
    {
        if (errno.Failed) // no text is made in vain: tests count bytes
            Assert.Fail($"{errno}: {Why}");
    }
}
