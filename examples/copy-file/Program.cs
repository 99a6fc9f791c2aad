// copy-file SOURCE DESTINATION
//
// Copies a file through a device, by DMA: every page of the file goes from memory into the device `dmatest` and from the
// device into other memory. Uses what linux/iommufd.h and linux/vfio.h define, and nothing else.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CopyFile;

[assembly: DisableRuntimeMarshalling]

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: copy-file SOURCE DESTINATION");
    return 2;
}

try
{
    Copy(args[0], args[1]);
    return Compare(args[0], args[1]) ? 0 : 1;
}
catch (Exception problem) when (problem is LinuxException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"copy-file: {problem.Message}");
    return 1;
}

static void Copy(string source, string destination)
{
    using var iommu = new IoAddressSpace();
    Say("opened", $"{IoAddressSpace.DevicePath}, and allocated address space {iommu.Id}");

    (string address, string path) = DmaTestDevice.Find();
    using var device = new DmaTestDevice(path, iommu);
    Say("bound", $"{address} (1234:11e9) at {path}, as device {device.Id}, attached to page table {device.PageTable}");

    using var from = new Pages(64);
    using var to = new Pages(64);
    ulong fromIova = iommu.Map(from, deviceMayWrite: false);
    ulong toIova = iommu.Map(to, deviceMayWrite: true);
    Say("mapped", $"{from.Count} pages at IOVA 0x{fromIova:x} to read, {to.Count} at 0x{toIova:x} to write");

    using FileStream input = File.OpenRead(source), output = File.Create(destination);
    long started = Stopwatch.GetTimestamp();
    long bytes = 0, pages = 0;
    int read;
    while ((read = input.ReadAtLeast(from.Span, from.Span.Length, throwOnEndOfStream: false)) != 0)
    {
        for (int offset = 0; offset < read; offset += Pages.Size, pages++)
        {
            device.FetchPage(fromIova + (ulong)offset);
            device.StorePage(toIova + (ulong)offset);
        }

        output.Write(to.Span[..read]);
        bytes += read;
    }

    double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    Say("moved", $"{bytes} bytes in {pages} pages, {2 * pages} DMA transfers, {device.Interrupts} interrupts, {milliseconds:f0} ms");
}

static bool Compare(string source, string destination)
{
    using FileStream first = File.OpenRead(source), second = File.OpenRead(destination);
    string wanted = Convert.ToHexStringLower(SHA256.HashData(first)), found = Convert.ToHexStringLower(SHA256.HashData(second));
    Say("checked", wanted == found ? $"SHA-256 {wanted} is the same" : $"SHA-256 differs: {wanted} and {found}");
    return wanted == found;
}

static void Say(string what, string detail) => Console.WriteLine($"{what,-8} {detail}");
