using Ioasis.Abi;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Fixtures;

/// <summary>An open /dev/iommu with one caller, and a device that can be bound to it.</summary>
internal sealed class Bench
{
    private readonly IommuGroup _group;

    public Bench()
    {
        System = new IommuSystem();
        Iommu iommu = new("dmar0", IommuType.Vtd)
        {
            Aperture = new AddressRange(0, (1ul << 47) - 1),
            InfoType = iommu_hw_info_type.IOMMU_HW_INFO_TYPE_INTEL_VTD,
            Info = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24 },
        };
        _group = new IommuGroup(System, 7, iommu);
        Device = new PhysicalDevice("0000:00:10.0", new RequesterId(0, 16, 0), _group, [new(new(0xfee00000, 0xfeefffff), ReservedKind.Msi)]);
        Context = new IommuContext(System);
        File = new IommufdFile(Context, new MockIommu("mock0"));
    }

    public IommuSystem System { get; }

    public PhysicalDevice Device { get; }

    public IommuContext Context { get; }

    public IommufdFile File { get; }

    public TestCaller Caller { get; } = new();

    public BoundDevice Bind()
    {
        Reason why = default;
        Assert.True(Context.Bind(Device, out BoundDevice? bound, ref why).Succeeded, why.ToString());
        return bound!;
    }

    public ErrnoCode Call<T>(uint command, ref T structure)
        where T : unmanaged => Caller.Call(File, command, ref structure);

    public uint Space()
    {
        iommu_ioas_alloc cmd = new() { size = 12 };
        Assert.Equal(ErrnoCode.None, Call(Abi.Iommufd.IOMMU_IOAS_ALLOC, ref cmd));
        return cmd.out_ioas_id;
    }
}
