using System.Text;
using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Runner.Explain;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Runner.Tests.Fixtures;

/// <summary>The default machine, and programs that run on it with their output caught.</summary>
internal sealed class MachineSandbox : IDisposable
{
    private readonly string _output = Path.Combine(Directory.CreateTempSubdirectory("ioasis-output-").FullName, "output");
    private readonly SafeFileHandle _outputHandle;
    private readonly DeviceNodes _nodes;

    public MachineSandbox(params string[] devices)
        : this([], devices)
    {
    }

    public MachineSandbox(string[] iommus, string[] devices)
    {
        Assert.True(MachineDescription.TryParse(iommus, devices, null, null, out MachineDescription? description, out string? error), error);
        Machine = new Machine(description!);
        _nodes = new DeviceNodes(Machine);
        _outputHandle = File.OpenHandle(_output, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    public Machine Machine { get; }

    public List<Explanation> Explanations { get; } = [];

    public List<string> Complaints { get; } = [];

    public string Output => Encoding.UTF8.GetString(File.ReadAllBytes(_output));

    public ProgramRunner Start(string program, params string[] arguments) => Start(new ProgramOptions(program, arguments));

    /// <summary>A program has named a path that may be one of the machine's.</summary>
    public bool IsNeeded { get; private set; }

    public ProgramRunner Start(ProgramOptions options) => new(Nodes, options with
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

    private DeviceNodes Nodes()
    {
        IsNeeded = true;
        return _nodes;
    }

    public void Dispose()
    {
        _outputHandle.Dispose();
        Directory.Delete(Path.GetDirectoryName(_output)!, recursive: true);
        Machine.Dispose();
    }
}
