using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Runner.Launch;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Doctor;

/// <summary>All of it together: a shell opens /dev/iommu under the runner.</summary>
internal static class TrialRun
{
    public static Finding Try()
    {
        const string Name = "trial: sh opens /dev/iommu";
        try
        {
            using Machine machine = new(MachineDescription.Default);
            ProgramOptions options = new("sh", ["-c", "exec 3<>/dev/iommu"]) { HandleSignals = false };
            using ProgramRunner runner = new(() => new DeviceNodes(machine), options);
            ProgramEnd end = runner.Wait();
            return end == new ProgramEnd(0, false)
                ? new(Name, Verdict.Good, "works")
                : new(Name, Verdict.Bad, $"the shell ended with {end}", "Run it by hand for more: ioasis run --explain -- sh -c 'exec 3<>/dev/iommu'");
        }
        catch (LaunchException e)
        {
            return new(Name, Verdict.Bad, e.Message, e.Error == Linux.EBUSY
                ? "Something above this process (another ioasis run, a container's supervisor) has a seccomp listener already, and the kernel allows one: run outside of it."
                : "See the first finding above that is not good.");
        }
    }
}
