using Ioasis.Devices.Machines;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Registers;

namespace Ioasis.Devices.Tests.Machines;

/// <summary>The pages in docs/devices say what the code does.</summary>
public sealed class DocumentedMachineTests
{
    private static readonly string s_docs = FindDocs();

    [Fact]
    public void The_machine_file_of_the_page_is_one()
    {
        string[] lines = File.ReadAllLines(Path.Combine(s_docs, "machine.md"));
        int first = Array.IndexOf(lines, "    {"), last = Array.IndexOf(lines, "    }");
        string text = string.Join('\n', lines[first..(last + 1)]);
        Assert.True(MachineDescription.TryParse([], [], "machine.json", text, out MachineDescription? machine, out string? error), error);
        Assert.Equal(["left", "ivhd0"], machine!.Iommus.Select(iommu => iommu.Name));
        Assert.Equal(2, machine.Iommus[1].Reserved.Count);
        Assert.Equal("0000:01:00.0", machine.Devices[1].Address.ToString());

        string broken = text.Replace("\"type\": \"amd\"", "\"type\": \"vtd\"", StringComparison.Ordinal);
        Assert.False(MachineDescription.TryParse([], [], "machine.json", broken, out _, out error));
        Assert.Contains($"    {error}", lines);
    }

    [Fact]
    public void Every_model_has_a_page_that_names_its_numbers_and_options()
    {
        foreach (DeviceModel model in DeviceModels.BuiltIn)
        {
            string page = File.ReadAllText(Path.Combine(s_docs, $"{model.Name}.md"));
            Assert.StartsWith($"# {model.Name} ({model.Identity.Vendor:x4}:{model.Identity.Device:x4})", page);
            foreach (DeviceOption option in model.Options)
                Assert.Contains($"| `{option.Name}` |", page);
        }
    }

    [Fact]
    public void Every_model_has_its_registers_on_its_page_with_who_may_do_what()
    {
        Assert.True(MachineDescription.TryParse([], [.. DeviceModels.BuiltIn.Select(model => model.Name)], null, null, out MachineDescription? all, out _));
        using Machine machine = new(all!);
        foreach ((PciFunction function, DeviceModel model) in machine.Functions.Zip(DeviceModels.BuiltIn))
        {
            string page = File.ReadAllText(Path.Combine(s_docs, $"{model.Name}.md"));
            foreach (Register register in function.Bars.SelectMany(bar => bar.Registers?.All ?? []))
            {
                string row = page.Split('\n').Single(line => line.StartsWith($"| {register.Offset:x2}h |", StringComparison.Ordinal));
                Assert.Contains(register.Access switch
                {
                    RegisterAccess.ReadOnly => "| read |",
                    RegisterAccess.WriteOnly => "| write |",
                    _ => "| read, write |",
                }, row);
            }
        }
    }

    [Fact]
    public void The_page_lists_every_kind_of_iommu_and_every_setting_of_a_device()
    {
        string page = File.ReadAllText(Path.Combine(s_docs, "machine.md"));
        foreach (IommuDefaults kind in IommuDefaults.All)
            Assert.Contains($"| `{kind.Word}` | `{kind.NamePrefix}0` …", page);
        foreach ((string name, _) in CommonOptions.All)
            Assert.Contains($"| `{name}` |", page);
    }

    private static string FindDocs()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ioasis.slnx")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "docs", "devices");
    }
}
