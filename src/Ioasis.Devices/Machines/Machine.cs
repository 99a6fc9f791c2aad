using Ioasis.Abi;
using Ioasis.Devices.Drivers;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Work;

namespace Ioasis.Devices.Machines;

/// <summary>
/// The hardware that clients see, built from a description: IOMMUs, groups, functions with their BARs placed, and the files
/// that show all of it. The n-th function that vfio-pci gets is <c>vfioN</c>.
/// </summary>
public sealed class Machine : IDisposable
{
    /// <summary>32-bit BARs lie from here up, well below interrupt messages and firmware; 992 MiB of them.</summary>
    private const ulong First32BitBar = 0xc000_0000, End32BitBar = 0xfe00_0000;

    private const ulong First64BitBar = 0x80_0000_0000;

    private ulong _next32BitBar = First32BitBar;
    private ulong _next64BitBar = First64BitBar;

    public Machine(MachineDescription description)
    {
        Description = description;
        Iommus = [.. description.Iommus.Select(Build)];

        var groups = new Dictionary<int, IommuGroup>();
        var functions = new List<PciFunction>();
        foreach (DeviceDescription device in description.Devices)
        {
            int index = description.Iommus.TakeWhile(one => one.Name != device.Iommu).Count();
            if (!groups.TryGetValue(device.Group, out IommuGroup? group))
                groups.Add(device.Group, group = new IommuGroup(System, device.Group, Iommus[index]));
            var physical = new PhysicalDevice(
                device.Address.ToString(), device.Address.Rid, group, [.. description.Iommus[index].Reserved])
            {
                PasidBits = Iommus[index].PasidBits,
                PageRequests = Iommus[index].Type == IommuType.Mock,
            };
            PciFunction function = device.Model.Create(new DevicePlace(device.Address, physical, device.Options));
            function.Bridge = device.Bridge;
            if (device.Class is { } code)
                function.MarkAs(code);
            function.PlaceBars(Place);
            functions.Add(function);
        }
        foreach (PciFunction function in functions)
        {
            if (functions.Exists(other => other != function && other.Address.IsInSlotOf(function.Address)))
                function.MarkAsOneOfSeveral();
        }
        foreach (PciFunction function in functions)
            function.Failed = OnFailure;
        Functions = functions;
        Groups = [.. groups.Values.OrderBy(group => group.Id)];
        Tree = MachineTree.Build(this);
        Bus = new PciBus(this, functions);
        Bus.Start();
    }

    public MachineDescription Description { get; }

    /// <summary>What all contexts share.</summary>
    public IommuSystem System { get; } = new();

    public IReadOnlyList<Iommu> Iommus { get; }

    /// <summary>All functions of the description, whether they are on the bus now or not.</summary>
    public IReadOnlyList<PciFunction> Functions { get; }

    /// <summary>The IOMMU groups, in the order of their numbers.</summary>
    public IReadOnlyList<IommuGroup> Groups { get; }

    /// <summary>sysfs and /dev.</summary>
    public FileTree Tree { get; }

    /// <summary>Which functions are there, and which driver has each.</summary>
    public PciBus Bus { get; }

    /// <summary>Told of a device whose model threw, beside the line in <see cref="Notice"/>. Any thread; must not throw.</summary>
    public Action<DeviceFailure>? DeviceFailed { get; set; }

    /// <summary>What a kernel's log would say of devices, a line each. Any thread; must not throw. Null when nobody listens.</summary>
    public Action<string>? Notice { get; set; }

    /// <summary>Says a line to whoever listens.</summary>
    public void Tell(string line) => Notice?.Invoke(line);

    /// <summary>Stops all devices.</summary>
    public void Dispose()
    {
        foreach (PciFunction function in Functions)
        {
            try
            {
                function.Dispose();
            }
#pragma warning disable CA1031 // Whatever a model throws, the others are stopped.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                function.Fail("when it was stopped", failure);
            }
        }
    }

    /// <summary>Tells it, and takes the device out, on a thread that holds no lock of the device's.</summary>
    private void OnFailure(DeviceFailure failure) => _ = BackgroundThread.TryStart("ioasis removal", () =>
    {
        Tell(failure.ToString());
        DeviceFailed?.Invoke(failure);
        Bus.TakeOut(failure.Function);
    });

    private static Iommu Build(IommuDescription iommu)
    {
        if (iommu.Type == IommuType.Mock)
            return new MockIommu(iommu.Name);
        (iommu_hw_info_type type, ReadOnlyMemory<byte> info) = Registers(iommu);
        return new Iommu(iommu.Name, iommu.Type)
        {
            Aperture = iommu.Aperture,
            PageSizes = iommu.PageSizes,
            EnforcesCoherency = iommu.Type is IommuType.Vtd or IommuType.Amd, // VT-d: snoop control, as VtdRegisters announces it
            InfoType = type,
            Info = info,
        };
    }

    /// <summary>What IOMMU_GET_HW_INFO tells; Linux defines nothing for the kinds that are not named.</summary>
    private static (iommu_hw_info_type Type, ReadOnlyMemory<byte> Info) Registers(IommuDescription iommu) => iommu.Type switch
    {
        IommuType.Vtd => (iommu_hw_info_type.IOMMU_HW_INFO_TYPE_INTEL_VTD, VtdRegisters.Describe(iommu)),
        IommuType.Smmuv3 => (iommu_hw_info_type.IOMMU_HW_INFO_TYPE_ARM_SMMUV3, SmmuRegisters.Describe(iommu)),
        IommuType.Amd => (iommu_hw_info_type.IOMMU_HW_INFO_TYPE_AMD, AmdRegisters.Describe(iommu)),
        _ => (iommu_hw_info_type.IOMMU_HW_INFO_TYPE_NONE, default),
    };

    private ulong Place(Bar bar)
    {
        ref ulong next = ref bar.Is64Bit ? ref _next64BitBar : ref _next32BitBar;
        ulong address = (next + bar.Size - 1) & ~(bar.Size - 1);
        next = address + bar.Size;
        if (!bar.Is64Bit && next > End32BitBar)
            throw new InvalidOperationException("the BARs do not fit below 4 GiB");
        return address;
    }
}
