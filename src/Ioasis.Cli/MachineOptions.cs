using System.CommandLine;
using Ioasis.Devices.Machines;

namespace Ioasis.Cli;

/// <summary>The options that describe the machine, shared by all commands that build one.</summary>
internal sealed class MachineOptions
{
    public Option<string[]> Devices { get; } = new("--device")
    {
        Description = "A device of the machine: MODEL[,OPTION=VALUE…] ('ioasis devices' lists both), or an assembly with a model in place of its name. May be given again.",
        HelpName = "MODEL[,OPTION=VALUE…]",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string[]> Iommus { get; } = new("--iommu")
    {
        Description = "An IOMMU of the machine: TYPE[,OPTION=VALUE…]; vtd unless something else is said. May be given again.",
        HelpName = "TYPE[,OPTION=VALUE…]",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string> File { get; } = new("--machine")
    {
        Description = "A file that describes the machine (JSON); --device and --iommu are added to it.",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Devices);
        command.Options.Add(Iommus);
        command.Options.Add(File);
    }

    /// <summary>Reads the description; a mistake is told to the user.</summary>
    /// <returns>What gives the description; null when there was a mistake.</returns>
    public Func<MachineDescription>? Read(ParseResult parsed)
    {
        string? file = parsed.GetValue(File);
        string? text = null;
        if (file is not null)
        {
            try
            {
                text = MachineText.Read(file);
            }
            catch (IOException e)
            {
                Messages.Error($"--machine {file}: {e.Message}");
                return null;
            }
        }

        string[] iommus = parsed.GetValue(Iommus) ?? [], devices = parsed.GetValue(Devices) ?? [];
        for (int n = 0; n < devices.Length; n++)
        {
            if (ModelFile.TryLoad(ref devices[n], out string? unloaded))
                continue;
            Messages.Error(unloaded);
            return null;
        }

        if (text is null && iommus.Length + devices.Length == 0)
            return static () => MachineDescription.Default; // nothing can be wrong with it, so it can wait until somebody needs it
        if (MachineDescription.TryParse(iommus, devices, file, text, out MachineDescription? machine, out string? error))
            return () => machine!;
        Messages.Error(error!);
        return null;
    }
}
