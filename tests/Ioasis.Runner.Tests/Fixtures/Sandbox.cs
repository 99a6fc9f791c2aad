using System.Text;
using Ioasis.Runner.Explain;
using Ioasis.Runner.Paths;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Runner.Tests.Fixtures;

/// <summary>A small tree of paths with fake devices, and programs that run in it with their output caught.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly string _output = Path.Combine(Directory.CreateTempSubdirectory("ioasis-output-").FullName, "output");
    private readonly SafeFileHandle _outputHandle;

    public Sandbox()
    {
        Device = new FakeDevice();
        Exclusive = new FakeDevice { IsExclusive = true };
        _outputHandle = File.OpenHandle(_output, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        Tree = new PathTree(Directory.Exists);
        foreach (string path in (string[])["/dev", "/sys", "/sys/bus", "/sys/class", "/sys/devices"])
            Tree.AddDirectory(path, isWhole: false);
        Tree.AddDevice("/dev/iommu", new EmulatedDevice(10, 124, 0x1b0, (out file, ref why) => Device.Open("/dev/iommu", out file, ref why)));
        Tree.AddDirectory("/dev/vfio", isWhole: true);
        Tree.AddDirectory("/dev/vfio/devices", isWhole: true);
        Tree.AddDevice(
            "/dev/vfio/devices/vfio0",
            new EmulatedDevice(511, 300, 0x1b0, (out file, ref why) => Exclusive.Open("/dev/vfio/devices/vfio0", out file, ref why)));
        const string Function = "/sys/devices/pci0000:00/0000:00:10.0";
        foreach (string path in (string[])
            ["/sys/devices/pci0000:00", Function, Function + "/vfio-dev", Function + "/vfio-dev/vfio0", "/sys/bus/pci", "/sys/bus/pci/devices"])
        {
            Tree.AddDirectory(path, isWhole: true);
        }

        Tree.AddText(Function + "/vendor", "0x1234\n"u8.ToArray(), 0x124);
        Tree.AddText(Function + "/vfio-dev/vfio0/dev", "511:300\n"u8.ToArray(), 0x124);
        Tree.AddLink("/sys/bus/pci/devices/0000:00:10.0", "../../../devices/pci0000:00/0000:00:10.0");
        Tree.AddLink(Function + "/subsystem", "../../../bus/pci");
    }

    public PathTree Tree { get; }

    /// <summary>/dev/iommu.</summary>
    public FakeDevice Device { get; }

    /// <summary>/dev/vfio/devices/vfio0, which can be open once at a time.</summary>
    public FakeDevice Exclusive { get; }

    public List<Explanation> Explanations { get; } = [];

    public List<string> Complaints { get; } = [];

    /// <summary>What programs wrote so far to standard output and error.</summary>
    public string Output => Encoding.UTF8.GetString(File.ReadAllBytes(_output));

    /// <summary>Starts a program.</summary>
    public ProgramRunner Start(string program, params string[] arguments) => Start(new ProgramOptions(program, arguments));

    /// <summary>Starts a program, its output and what is told of it going to this sandbox.</summary>
    public ProgramRunner Start(ProgramOptions options) => new(Tree, options with
    {
        Explain = line =>
        {
            lock (Explanations)
                Explanations.Add(line);
        },
        Complain = line =>
        {
            lock (Complaints)
                Complaints.Add(line);
        },
        StandardOutput = (int)_outputHandle.DangerousGetHandle(),
        StandardError = (int)_outputHandle.DangerousGetHandle(),
        HandleSignals = false,
    });

    /// <summary>Runs a program to its end.</summary>
    public ProgramEnd Run(string program, params string[] arguments)
    {
        using ProgramRunner runner = Start(program, arguments);
        return runner.Wait();
    }

    /// <summary>Runs a program that must end well, and gives what it wrote.</summary>
    public string Succeed(string program, params string[] arguments)
    {
        ProgramEnd end = Run(program, arguments);
        Assert.True(end == default, $"{program} {string.Join(' ', arguments)}: {end}\n{Output}");
        Assert.Empty(Complaints);
        return Output;
    }

    public string Shell(string script) => Succeed("/bin/sh", "-c", script);

    public void Dispose()
    {
        _outputHandle.Dispose();
        Directory.Delete(Path.GetDirectoryName(_output)!, recursive: true);
    }
}
