using Ioasis.Engine.Hardware;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Dispatch.Tests.Legacy;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Documents;

/// <summary>
/// <c>docs/compatibility.md</c> says what the code does: each table is made here, from the ioctl table or from the answer
/// that a device file gives, and compared with the document.
/// </summary>
public sealed class CompatibilityTests
{
    /// <summary>What an ioctl that is there lacks.</summary>
    private static readonly Dictionary<string, string> s_missing = new()
    {
        ["IOMMU_VIOMMU_ALLOC"] = "the mock IOMMU's type; those of SMMUv3 and Tegra241: `EOPNOTSUPP`",
        ["IOMMU_HW_QUEUE_ALLOC"] = "the mock IOMMU's type; that of Tegra241: `EOPNOTSUPP`",
        ["IOMMU_HWPT_ALLOC"] = "nested HWPTs of the mock IOMMU only: no VT-d, SMMUv3 or AMD stage 1 (`EOPNOTSUPP`)",
        ["IOMMU_IOAS_NOIOMMU_GET_PA"] = "no device is without an IOMMU, so what is mapped gives `EOPNOTSUPP`",
        ["VFIO_DEVICE_FEATURE"] = "see below",
    };

    [Fact]
    public void IommufdIsAsDocumented()
    {
        StringBuilder table = new("| ioctl | number | state | note |\n|---|---|---|---|\n");
        foreach (IoctlRow row in IommufdTable.Rows)
        {
            if (!row.IsHole)
                AddRow(table, row.Name, row.Number, true, "");
        }

        Compare("iommufd", table);
    }

    [Fact]
    public void VfioDevicesAreAsDocumented()
    {
        using Machine machine = new(MachineDescription.Default);
        DeviceNodes nodes = new(machine);
        TestCaller caller = new();
        DeviceFile iommufd = Open(nodes, IommufdFile.DevicePath), device = Open(nodes, "/dev/vfio/devices/vfio0");
        caller.Descriptors[3] = iommufd;
        Abi.vfio_device_bind_iommufd bind = new() { argsz = 16, iommufd = 3 };
        Assert.Equal(ErrnoCode.None, caller.Call(device, Abi.Vfio.VFIO_DEVICE_BIND_IOMMUFD, ref bind));

        StringBuilder table = new("| ioctl | number | state | note |\n|---|---|---|---|\n");
        foreach ((string name, uint number) in Numbers().Where(one => one.Name.StartsWith("VFIO_DEVICE_", StringComparison.Ordinal)))
        {
            caller.Why = default;
            device.Ioctl(caller, number, 0, out _, ref caller.Why);
            AddRow(table, name, number, caller.Why.Code != ReasonCode.UnknownIoctl, "`ENOTTY`");
        }

        Compare("vfio", table);
        device.Release();
        iommufd.Release();
    }

    /// <summary>A container with a type, an iommufd in its place, and a group: which of their calls each knows.</summary>
    [Fact]
    public void LegacyVfioIsAsDocumented()
    {
        using LegacyBench bench = new();
        (int container, int group) = bench.Prepare(Abi.vfio_extension.VFIO_TYPE1v2_IOMMU);
        int iommufd = bench.Open("/dev/iommu");
        string Answer(int descriptor, string name, uint number)
        {
            bench.Caller.Why = default;
            bench.Call(descriptor, number);
            return bench.Why == ReasonCode.UnknownIoctl ? "`ENOTTY`" : name.Contains("SPAPR", StringComparison.Ordinal) ? "as type 1" : "done";
        }

        StringBuilder table = new("| ioctl | number | `/dev/vfio/vfio` | `/dev/iommu` |\n|---|---|---|---|\n");
        foreach ((string name, uint number) in Numbers().Where(one => one.Name.StartsWith("VFIO_IOMMU_", StringComparison.Ordinal)
            || one.Name is nameof(Abi.Vfio.VFIO_GET_API_VERSION) or nameof(Abi.Vfio.VFIO_CHECK_EXTENSION) or nameof(Abi.Vfio.VFIO_SET_IOMMU)))
            table.Append(CultureInfo.InvariantCulture, $"| `{name}` | 0x{number:X4} | {Answer(container, name, number)} | {Answer(iommufd, name, number)} |\n");
        Compare("containers", table);

        table = new StringBuilder("| ioctl | number | state |\n|---|---|---|\n");
        foreach ((string name, uint number) in Numbers().Where(one => one.Name.StartsWith("VFIO_GROUP_", StringComparison.Ordinal)))
            table.Append(CultureInfo.InvariantCulture, $"| `{name}` | 0x{number:X4} | {Answer(group, name, number)} |\n");
        Compare("groups", table);
    }

    [Fact]
    public void FeaturesAreAsDocumented()
    {
        using LegacyBench bench = new();
        (_, int group) = bench.Prepare(Abi.vfio_extension.VFIO_TYPE1v2_IOMMU);
        Assert.Equal(ErrnoCode.None, bench.GetDevice(group, "0000:00:10.0", out int device));
        StringBuilder table = new("| feature | | probe |\n|---|---|---|\n");
        foreach (Abi.vfio_device_feature_flags feature in Enum.GetValues<Abi.vfio_device_feature_flags>().Where(one => one < Abi.vfio_device_feature_flags.VFIO_DEVICE_FEATURE_MASK).Order())
        {
            Abi.vfio_device_feature probe = new() { argsz = 8, flags = feature | Abi.vfio_device_feature_flags.VFIO_DEVICE_FEATURE_PROBE };
            ErrnoCode errno = bench.Call(device, Abi.Vfio.VFIO_DEVICE_FEATURE, ref probe);
            table.Append(CultureInfo.InvariantCulture, $"| `{feature}` | {(uint)feature} | {(errno == ErrnoCode.None ? "there" : $"`{errno}`")} |\n");
        }

        Compare("features", table);
    }

    [Fact]
    public void IommusAreAsDocumented()
    {
        StringBuilder table = new("| type | aperture | page sizes | reserved |\n|---|---|---|---|\n");
        foreach (IommuDefaults kind in IommuDefaults.All)
        {
            string reserved = kind.Reserved.Count == 0 ? "none" : string.Join(", ", kind.Reserved.Select(region => $"{region.Range} ({region.Kind})"));
            table.Append(CultureInfo.InvariantCulture, $"| `{kind.Word}` | 0x{kind.ApertureFirst:x}-0x{kind.ApertureLast:x} | {(kind.Type == IommuType.Mock ? "every power of two from 2 KiB up" : "4 KiB, 2 MiB, 1 GiB")} | {reserved} |\n");
        }

        Compare("iommus", table);
    }

    private static IEnumerable<(string Name, uint Number)> Numbers() => typeof(Abi.Vfio).GetFields()
        .Where(field => field.FieldType == typeof(uint)).Select(field => (field.Name, (uint)field.GetRawConstantValue()!));

    private static DeviceFile Open(DeviceNodes nodes, string path)
    {
        Assert.True(nodes.TryFind(path, out DeviceNode? node));
        Reason why = default;
        Assert.True(node!.Open(out DeviceFile? file, ref why).Succeeded, why.ToString());
        return file!;
    }

    private static void AddRow(StringBuilder table, string name, uint number, bool implemented, string errno)
    {
        string missing = s_missing.GetValueOrDefault(name, "");
        string state = !implemented ? "absent" : missing.Length == 0 ? "done" : "partial";
        table.Append(CultureInfo.InvariantCulture, $"| `{name}` | 0x{number:X4} | {state} | {(implemented ? missing : errno)} |\n");
    }

    /// <summary>Compares the part of the document between two marks; writes it when asked to.</summary>
    private static void Compare(string mark, StringBuilder table, [CallerFilePath] string source = "")
    {
        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "docs", "compatibility.md"));
        string document = File.ReadAllText(path);
        string begin = $"<!-- begin: {mark} -->\n", end = $"<!-- end: {mark} -->";
        int from = document.IndexOf(begin, StringComparison.Ordinal) + begin.Length, to = document.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= begin.Length && to >= from, $"docs/compatibility.md has no marks for {mark}");
        if (Environment.GetEnvironmentVariable("IOASIS_UPDATE_DOCS") == "1")
            File.WriteAllText(path, document[..from] + table + document[to..]);
        else
            Assert.Equal(table.ToString(), document[from..to]);
    }
}
