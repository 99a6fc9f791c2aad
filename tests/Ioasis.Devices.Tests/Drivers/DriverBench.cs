using System.Text;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Models;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Tests.Drivers;

/// <summary>A machine whose files are read and written as scripts do it, with whoever waits for clients played by the test.</summary>
internal sealed class DriverBench : IDisposable
{
    public const string Bus = "/sys/bus/pci", First = "0000:00:10.0", Second = "0000:00:11.0";

    public DriverBench(params string[] devices)
    {
        Assert.True(MachineDescription.TryParse([], devices, null, null, out MachineDescription? description, out string? error), error);
        Machine = new Machine(description!);
    }

    public DriverBench(DeviceModel model)
    {
        MachineDescription description = MachineDescription.Default;
        Machine = new Machine(description with { Devices = [description.Devices[0] with { Model = model }, description.Devices[1]] });
    }

    public Machine Machine { get; }

    public Reason Why;

    /// <summary>What the last write waits for.</summary>
    public Task? Pending;

    public void Dispose() => Machine.Dispose();

    public bool Has(string path) => Resolve(path) is not null;

    public string Text(string path) => Resolve(path) switch
    {
        AttributeEntry attribute => attribute.Show!(),
        TextEntry text => Encoding.ASCII.GetString(text.Content),
        LinkEntry link => link.Target,
        var other => throw new InvalidOperationException($"{path}: {other}"),
    };

    public ErrnoCode Write(string path, string text)
    {
        AttributeEntry attribute = Assert.IsType<AttributeEntry>(Resolve(path));
        Pending = null;
        return attribute.Store!(Encoding.Latin1.GetBytes(text), ref Why, ref Pending).Code;
    }

    public static string Device(string name, string file) => $"{Bus}/devices/{name}/{file}";

    public static string Driver(string name, string file) => $"{Bus}/drivers/{name}/{file}";

    /// <summary>The driver of a device, or an empty text.</summary>
    public string DriverOf(string name) => Has(Device(name, "driver")) ? Text(Device(name, "driver")).Split('/')[^1] : "";

    /// <summary>Follows the links on the way, but not one at the end.</summary>
    private TreeEntry? Resolve(string path)
    {
        string[] names = path.Split('/')[1..];
        string at = "";
        for (int i = 0; i < names.Length; i++)
        {
            at = $"{at}/{names[i]}";
            if (i != names.Length - 1 && Machine.Tree.Find(at) is LinkEntry link)
                at = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(at)!, link.Target));
        }

        return Machine.Tree.Find(at);
    }
}
