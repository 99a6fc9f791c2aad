// A page of memory goes through the device `dmatest` by DMA: into the device and out again, with an interrupt at each end.
// Then the page is unmapped, and the device finds that it cannot reach it any more.
//
//   hello-iommu            the whole machine is in this process
//   hello-iommu --kernel   the same calls on /dev/iommu, of Linux or of `ioasis run`

// [usings]
using System.Text;
using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Client.Transports;
using Ioasis.Embedded;
// [/usings]

if (args.Contains("--kernel") && !File.Exists(Iommu.DevicePath))
{
    Console.Error.WriteLine($"hello-iommu: this system has no {Iommu.DevicePath}");
    return 1;
}

// [open]
using EmbeddedSystem? system = args.Contains("--kernel") ? null : new EmbeddedSystem("dmatest");
using Iommu iommu = Iommu.Open(system?.Transport);
VfioNode node = VfioDevice.List(system?.Transport).First(one => (one.Vendor, one.Device) == (0x1234, 0x11e9));
using VfioDevice device = iommu.OpenDevice(node.Address);
device.Bind(iommu);
// [/open]
Console.WriteLine($"opened {Iommu.DevicePath}, and {node.Path} for {node.Address}");

// [map]
using AddressSpace space = iommu.AllocateAddressSpace();
device.Attach(space);
using DmaBuffer buffer = iommu.AllocateBuffer(4096);
using Mapping mapping = space.Map(buffer);
// [/map]
Console.WriteLine($"mapped {mapping.Length} bytes at IOVA 0x{mapping.Iova:x}");

// [dma]
device.BusMaster = true;
using InterruptSet interrupts = device.EnableMsix();
DeviceRegion registers = device.Region(0);

bool Move(uint direction)
{
    registers.Write(0, mapping.Iova);
    registers.Write(8, 1 | direction | 4); // run, tell by MSI-X
    interrupts[0].Wait();
    return registers.Read<uint>(12) == 0;  // status: not aborted
}

const uint FromMemory = 2, ToMemory = 0;
Encoding.UTF8.GetBytes("Hello, IOMMU", buffer.Span);
bool fetched = Move(FromMemory);
buffer.Span.Clear();
bool stored = Move(ToMemory);
// [/dma]
Console.WriteLine($"DMA in: {fetched}, DMA out: {stored}, memory holds \"{Encoding.UTF8.GetString(buffer.Span[..12])}\"");

// [abort]
mapping.Unmap();
bool reached = Move(FromMemory);
Console.WriteLine($"after unmap, DMA in: {reached}");
if (system is not null)
    Console.WriteLine(system.RecentAborts[^1]);
// [/abort]
return fetched && stored && !reached ? 0 : 1;
