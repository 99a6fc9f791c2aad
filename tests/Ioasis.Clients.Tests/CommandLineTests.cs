using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>The command line as scripts see it: status, signals, what goes where.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("kill -KILL $$", 128 + 9)]
    [InlineData("kill -TERM $$", 128 + 15)]
    public void TheStatusAndTheSignalAreTheProgramsOwn(string script, int status)
    {
        CommandResult result = CommandLine.RunUnder([], "sh", "-c", script);
        Assert.Equal((status, "", ""), (result.Status, result.Output, result.Error));
    }

    [Fact]
    public void AProgramThatIsNotThereIs127AndOneThatCannotRunIs126()
    {
        CommandResult result = CommandLine.RunUnder([], "/nonexistent/program");
        Assert.Equal(127, result.Status);
        Assert.StartsWith("ioasis: /nonexistent/program: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(126, CommandLine.RunUnder([], "/etc/hostname").Status);
    }

    [Theory]
    [InlineData("--device=floppy", "there is no device model \"floppy\"")]
    [InlineData("--device=edu,address=nowhere", "address \"nowhere\" is no PCI address")]
    [InlineData("--iommu=abacus", "abacus")]
    [InlineData("--machine=/nonexistent.json", "/nonexistent.json")]
    [InlineData("--grant-cap=CAP_IPC_LOCK,CAP_FLY", "'CAP_FLY' is no capability")]
    public void AWrongOptionIsToldInOneLine(string option, string complaint)
    {
        CommandResult result = CommandLine.RunUnder([option], "true");
        Assert.Equal(2, result.Status);
        Assert.Contains(complaint, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData(1, "cannot", "--fail-nth 1: open file fails")]
    [InlineData(5, "can", "--fail-nth 5: there were only 2 places, none failed")]
    public void ThePlaceThatWasMadeToFailIsToldOrHowManyThereWere(int nth, string outcome, string told)
    {
        CommandResult result = CommandLine.RunUnder(["--fail-nth", $"{nth}"], "sh", "-c", "(: < /dev/iommu) 2>/dev/null && echo can || echo cannot");
        Assert.Equal((0, outcome + "\n", $"ioasis: {told}\n"), (result.Status, result.Output, result.Error));
    }

    [Fact]
    public void TheMachineIsWhatTheProgramSees()
    {
        CommandResult result = CommandLine.RunUnder(
            ["--device", "dmatest,address=0000:00:1f.0"],
            "sh", "-c", "ls /sys/bus/pci/devices /dev/vfio/devices; cat /sys/bus/pci/devices/*/vendor; readlink -f /sys/bus/pci/devices/0000:00:1f.0; stat -c '%F %t:%T' /dev/iommu");
        Assert.True(result.Status == 0, result.ToString());
        Assert.Equal(
            "/dev/vfio/devices:\nvfio0\n\n/sys/bus/pci/devices:\n0000:00:1f.0\n0x1234\n/sys/devices/pci0000:00/0000:00:1f.0\ncharacter special file a:7c\n",
            result.Output);
    }

    [Fact]
    public void TheProgramHasItsStandardInputAndItsArguments()
    {
        CommandResult result = CommandLine.Run("bash", "-c", $"echo hello | {string.Join(' ', CommandLine.Ioasis)} run -- sh -c 'cat; echo \"$0\" \"$@\"' -- --explain 'a b'");
        Assert.Equal((0, "hello\n-- --explain a b\n"), (result.Status, result.Output));
    }

    [Fact]
    public void WithoutAPlaceForTemporaryFilesOneLineSaysSoAndDevicesOpen()
    {
        string[] run = ["env", "TMPDIR=/no/such/folder", "XDG_RUNTIME_DIR=", .. CommandLine.Ioasis, "run", "--", "sh", "-c"];
        CommandResult untouched = CommandLine.Run([.. run, "echo fine"]);
        Assert.Equal((0, "fine\n", ""), (untouched.Status, untouched.Output, untouched.Error));
        CommandResult result = CommandLine.Run(
            [.. run, "exec 3<>/dev/iommu && test -c /dev/iommu && readlink /sys/bus/pci/devices/0000:00:10.0; ls /sys/bus/pci/devices 2>/dev/null; ls /dev/vfio 2>/dev/null"]);
        Assert.NotEqual(0, result.Status);
        Assert.Equal("../../../devices/pci0000:00/0000:00:10.0\n", result.Output);
        string line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Contains("/no/such/folder", line, StringComparison.Ordinal);
    }

    [Fact]
    public void DoctorFindsThatThisMachineCanDoIt()
    {
        CommandResult result = CommandLine.Run([.. CommandLine.Ioasis, "doctor"]);
        Assert.True(result.Status == 0, result.ToString());
        Assert.Contains("trial: sh opens /dev/iommu: works", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void DoctorFindsAnOuterListenerAndSaysWhatToDo()
    {
        CommandResult result = CommandLine.RunUnder([], [.. CommandLine.Ioasis, "doctor"]);
        Assert.Equal(1, result.Status);
        Assert.Contains("outer seccomp filters: 1 installed", result.Output, StringComparison.Ordinal);
        Assert.Contains("has a seccomp listener already", result.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void DevicesListsModelsAndOptions()
    {
        CommandResult result = CommandLine.Run([.. CommandLine.Ioasis, "devices"]);
        Assert.Equal(0, result.Status);
        foreach (string word in new[] { "edu", "1234:11e8", "dma_mask=", "dmatest", "1234:11e9", "vectors=", "address=", "vtd", "smmuv3" })
            Assert.Contains(word, result.Output, StringComparison.Ordinal);
    }
}
