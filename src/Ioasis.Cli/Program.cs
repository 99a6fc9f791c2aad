using System.CommandLine;
using Ioasis.Cli;
using Ioasis.Runner;

// The main job starts often, and many runs are short: for itself it has its own command made, and no other.
if (args is ["run", ..])
{
    ProgramRunner.Prepare();
    if (RunCommand.TryParse(args) is { } run)
        return run.Invoke();
}

RootCommand root = new("/dev/iommu without the IOMMU: runs unmodified programs against an emulated I/O address space API.")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    DevicesCommand.Create(),
    DoctorCommand.Create(),
};
return root.Parse(args).Invoke();
