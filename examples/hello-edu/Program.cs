// QEMU's educational device `edu`, driven from .NET: a factorial with an interrupt at its end, a page through the device by
// DMA, and what the device meets when the page has been unmapped. The registers are in docs/devices/edu.md.
//
//   hello-edu            the whole machine is in this process
//   hello-edu --kernel   the same calls on /dev/iommu, of Linux or of `ioasis run`

using System.Security.Cryptography;
using Ioasis.Client;
using Ioasis.Client.Devices;
using Ioasis.Client.Transports;
using Ioasis.Embedded;

const ulong Liveness = 0x04, Factorial = 0x08, Status = 0x20, InterruptStatus = 0x24, Acknowledge = 0x64;
const ulong DmaSource = 0x80, DmaDestination = 0x88, DmaCount = 0x90, DmaCommand = 0x98, DeviceBuffer = 0x40000;
const int Page = 4096;

bool kernel = args.Contains("--kernel");
if (kernel && !File.Exists(Iommu.DevicePath))
{
    Console.Error.WriteLine($"hello-edu: this system has no {Iommu.DevicePath}");
    return 1;
}

using EmbeddedSystem? system = kernel ? null : new EmbeddedSystem("edu");
using Iommu iommu = Iommu.Open(system?.Transport);
VfioNode node = VfioDevice.List(system?.Transport).First(one => (one.Vendor, one.Device) == (0x1234, 0x11e8));
using VfioDevice device = iommu.OpenDevice(node.Address);
device.Bind(iommu);
using AddressSpace space = iommu.AllocateAddressSpace();
device.Attach(space);
device.BusMaster = true;
using InterruptSet interrupts = device.EnableMsi();
DeviceRegion registers = device.Region(0);

registers.Write(Liveness, 0x12345678u);
bool alive = registers.Read<uint>(Liveness) == ~0x12345678u;
registers.Write(Status, 0x80u); // an interrupt when the factorial is there
registers.Write(Factorial, 10u);
WaitAndAcknowledge();
uint factorial = registers.Read<uint>(Factorial);
Console.WriteLine($"alive: {alive}, 10! = {factorial}");

// The device drives 28 address bits, so both pages lie low.
using DmaBuffer from = iommu.AllocateBuffer(Page), to = iommu.AllocateBuffer(Page);
RandomNumberGenerator.Fill(from.Span);
using Mapping source = space.Map(from, iova: 0x100000);
using Mapping target = space.Map(to, iova: 0x200000);
Move(source.Iova, DeviceBuffer, toMemory: false);
Move(DeviceBuffer, target.Iova, toMemory: true);
bool same = to.Span.SequenceEqual(from.Span);
Console.WriteLine($"{Page} bytes through the device by DMA: {(same ? "the same" : "different")}");

target.Unmap();
to.Span.Clear();
Move(DeviceBuffer, 0x200000, toMemory: true);
bool untouched = !to.Span.ContainsAnyExcept((byte)0);
Console.WriteLine($"after unmap, the memory is {(untouched ? "untouched" : "changed")}");
if (system is not null)
    Console.WriteLine(system.RecentAborts[^1]);
return alive && factorial == 3628800 && same && untouched ? 0 : 1;

void WaitAndAcknowledge()
{
    interrupts[0].Wait();
    registers.Write(Acknowledge, registers.Read<uint>(InterruptStatus));
}

void Move(ulong first, ulong second, bool toMemory)
{
    registers.Write(DmaSource, first);
    registers.Write(DmaDestination, second);
    registers.Write(DmaCount, (ulong)Page);
    registers.Write(DmaCommand, 1ul | (toMemory ? 2ul : 0) | 4); // run, direction, interrupt at the end
    WaitAndAcknowledge();
}
