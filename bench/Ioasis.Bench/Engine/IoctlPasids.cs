using Ioasis.Abi;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Bench.Engine;

/// <summary>Many PASIDs by ioctls that are dispatched, on a file of <c>/dev/iommu</c> and one of a device behind the mock IOMMU.</summary>
internal sealed unsafe class IoctlPasids : PasidRig
{
    private readonly BenchMemory _memory;
    private readonly Machine _machine;
    private readonly DeviceFile _iommufd, _device;
    private readonly LocalCaller _caller;
    private readonly uint _deviceId;

    public IoctlPasids(BenchMemory memory)
    {
        _memory = memory;
        _machine = MachineDescription.TryParse(["mock"], ["dmatest"], null, null, out MachineDescription? description, out string? error)
            ? new Machine(description!)
            : throw new InvalidOperationException(error);
        DeviceNodes nodes = new(_machine);
        _iommufd = Open(nodes, IommufdFile.DevicePath);
        _device = Open(nodes, "/dev/vfio/devices/vfio0");
        _caller = new LocalCaller(memory, _iommufd);
        vfio_device_bind_iommufd bind = new() { argsz = vfio_device_bind_iommufd.MinimumSize, iommufd = LocalCaller.Descriptor };
        Call(_device, Vfio.VFIO_DEVICE_BIND_IOMMUFD, &bind);
        _deviceId = bind.out_devid;
        PhysicalDevice physical = _machine.Functions[0].Physical;
        physical.BusMaster = true;
        Port = physical.OpenPort();
    }

    public override DmaPort Port { get; }

    public override void Add(uint pasid)
    {
        iommu_ioas_alloc space = new() { size = (uint)sizeof(iommu_ioas_alloc) };
        Call(_iommufd, Abi.Iommufd.IOMMU_IOAS_ALLOC, &space);
        iommu_ioas_map map = new()
        {
            size = (uint)sizeof(iommu_ioas_map), ioas_id = space.out_ioas_id, user_va = _memory.At(0).Value, length = Rig.Page, iova = Mapped,
            flags = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_FIXED_IOVA | iommufd_ioas_map_flags.IOMMU_IOAS_MAP_READABLE | iommufd_ioas_map_flags.IOMMU_IOAS_MAP_WRITEABLE,
        };
        Call(_iommufd, Abi.Iommufd.IOMMU_IOAS_MAP, &map);
        iommu_hwpt_alloc table = new()
        {
            size = (uint)sizeof(iommu_hwpt_alloc), dev_id = _deviceId, pt_id = space.out_ioas_id, flags = iommufd_hwpt_alloc_flags.IOMMU_HWPT_ALLOC_PASID,
        };
        Call(_iommufd, Abi.Iommufd.IOMMU_HWPT_ALLOC, &table);
        vfio_device_attach_iommufd_pt attach = new()
        {
            argsz = (uint)sizeof(vfio_device_attach_iommufd_pt), pt_id = table.out_hwpt_id, flags = vfio_device_attach_flags.VFIO_DEVICE_ATTACH_PASID, pasid = pasid,
        };
        Call(_device, Vfio.VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
    }

    public override void Close()
    {
        _device.Release();
        _iommufd.Release();
        _machine.Dispose();
    }

    private static DeviceFile Open(DeviceNodes nodes, string path)
    {
        Reason why = default;
        if (!nodes.TryFind(path, out DeviceNode? node))
            throw new InvalidOperationException($"there is no {path}");
        Rig.Must(node!.Open(out DeviceFile? file, ref why), in why);
        return file!;
    }

    private void Call(DeviceFile file, uint command, void* argument)
    {
        Reason why = default;
        Rig.Must(file.Ioctl(_caller, command, (ulong)argument, out _, ref why), in why);
    }
}
