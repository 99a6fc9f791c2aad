using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>
/// A default container: no pidfd_getfd, no kcmp, no namespaces, an outer filter; with and without process_vm_readv. tests/programs/container.c plays
/// it; .ci/run runs most other tests in it once more.
/// </summary>
public sealed class ContainerTests(CPrograms programs) : IClassFixture<CPrograms>
{
    [Theory]
    [InlineData("")]
    [InlineData("-m")]
    public void TheDemoWorks(string profile)
    {
        CommandResult result = Run(profile, "demo");
        Assert.True(result.Status == 0, result.ToString());
        Assert.Contains("It works here", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-m")]
    public void EduPrintsByteForByteWhatItPrintsOnARealKernel(string profile)
    {
        CommandResult result = Run(profile, "run", "--", programs["edu-static"]);
        Assert.Equal(File.ReadAllText(Checkout.At("tests", "oracle", "edu.txt")), result.Output);
        Assert.Equal((0, ""), (result.Status, result.Error));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-m")]
    public void DoctorSaysWhichWaysAreTaken(string profile)
    {
        CommandResult result = Run(profile, "doctor");
        string text = result.Output.ReplaceLineEndings(" ");
        Assert.True(result.Status == 0, result.ToString());
        Assert.Contains("eventfds of programs are made here instead", text, StringComparison.Ordinal);
        Assert.Equal(profile.Length != 0, text.Contains("everything goes through /proc/PID/mem instead", StringComparison.Ordinal));
    }

    [Fact]
    public void AnEventFromOutsideIsRefusedWithTheReason()
    {
        Tools.SkipWithout("python3");
        const string Script = """
            import fcntl, os, struct
            fd = int(os.environ["EVENT"])
            iommu = os.open("/dev/iommu", os.O_RDWR)
            device = os.open("/dev/vfio/devices/vfio0", os.O_RDWR)
            fcntl.ioctl(device, 0x3b76, bytearray(struct.pack("IIiI", 16, 0, iommu, 0)))
            def trigger(event):
                fcntl.ioctl(device, 0x3b6e, struct.pack("IIIIIi", 24, 0x24, 1, 0, 1, event))
            try:
                trigger(fd)
            except PermissionError:
                print("refused")
            trigger(os.eventfd(0))
            print("taken")
            """;
        // Made outside of the run, and inherited.
        const string Starter = "import os, sys; e = os.eventfd(0, 0); os.set_inheritable(e, True); os.environ['EVENT'] = str(e); os.execvp(sys.argv[1], sys.argv[1:])";
        CommandResult result = CommandLine.Run(
            [programs["container"], "python3", "-c", Starter, .. CommandLine.Ioasis, "run", "--device", "edu", "--explain", "--", "python3", "-c", Script]);
        Assert.Equal("refused\ntaken\n", result.Output);
        Assert.Contains("pidfd_getfd is forbidden", result.Error, StringComparison.Ordinal);
    }

    private CommandResult Run(string profile, params string[] command) =>
        CommandLine.Run([programs["container"], .. profile.Length == 0 ? (string[])[] : [profile], .. CommandLine.Ioasis, .. command]);
}
