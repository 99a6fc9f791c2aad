using System.CommandLine;
using Ioasis.Cli;

RootCommand root = new("/dev/iommu without the IOMMU: runs unmodified programs against an emulated I/O address space API.")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    DevicesCommand.Create(),
    DoctorCommand.Create(),
};
return root.Parse(args).Invoke();
