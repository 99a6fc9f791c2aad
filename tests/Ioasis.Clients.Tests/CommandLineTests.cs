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
    [InlineData("--machine=/dev/zero", "no ordinary file, but a device")]
    [InlineData("--machine=/proc", "no ordinary file, but a directory")]
    [InlineData("--iommu=vtd,name=\x1b[31mred", "\\x1b[31mred")]
    [InlineData("--device=a\nb", "a\\x0ab")]
    [InlineData("--fail-nth=0", "'0' is no number from 1 to")]
    [InlineData("--fail-nth=99999999999", "is no number from 1 to")]
    [InlineData("--memlock=some", "'some' is not run or host")]
    [InlineData("--explain=xml", "'xml' is not text or json")]
    [InlineData("--output=/nonexistent/file", "-o /nonexistent/file: No such file")]
    [InlineData("--frobnicate", "--frobnicate")]
    public void AWrongOptionIsToldInOneLine(string option, string complaint)
    {
        CommandResult result = CommandLine.RunUnder([option], "true");
        Assert.Equal((2, ""), (result.Status, result.Output));
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

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("devices --nonsense")]
    [InlineData("run")]
    [InlineData("run --explain")]
    [InlineData("demo --file")]
    public void AWrongCommandIsToldInOneLine(string words)
    {
        CommandResult result = CommandLine.Run([.. CommandLine.Ioasis, .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.StartsWith("ioasis: ", Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo -- --help", "-- --help\n")]
    [InlineData("echo @foo -h", "@foo -h\n")]
    [InlineData("-- echo -- --explain", "-- --explain\n")]
    [InlineData("--explain echo --explain=json --device", "--explain=json --device\n")]
    [InlineData("--device edu echo -x", "-x\n")]
    [InlineData("echo [diagram]", "[diagram]\n")]
    public void WhatStandsBehindTheProgramIsItsOwn(string words, string output)
    {
        CommandResult result = CommandLine.Run([.. CommandLine.Ioasis, "run", .. words.Split(' ')]);
        Assert.Equal((0, output, ""), (result.Status, result.Output, result.Error));
    }

    [Theory]
    [InlineData("devices")]
    [InlineData("doctor")]
    [InlineData("demo")]
    [InlineData("--help")]
    public void AFullOrClosedOutputIsToldInOneLineAndALeftOneNotAtAll(string command)
    {
        string ioasis = string.Join(' ', CommandLine.Ioasis) + " " + command;
        foreach (string redirection in (string[])[">/dev/full", ">&-"])
        {
            CommandResult result = CommandLine.Run("bash", "-c", $"{ioasis} {redirection}");
            Assert.True(result.Status == 1, result.ToString());
            Assert.StartsWith("ioasis: standard output: ", Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        }

        CommandResult left = CommandLine.Run("bash", "-c", $"{ioasis} | head -1");
        Assert.Equal("", left.Error);
        Assert.Single(left.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void APipeIsPlainAndNoColorIsPlainEverywhere()
    {
        Assert.DoesNotContain("\e", CommandLine.Run([.. CommandLine.Ioasis, "devices"]).Output, StringComparison.Ordinal);
        string[] forced = ["env", "FORCE_COLOR=1", "TERM=xterm"];
        Assert.Contains("\e[", CommandLine.Run([.. forced, .. CommandLine.Ioasis, "devices"]).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", CommandLine.Run([.. forced, "NO_COLOR=1", .. CommandLine.Ioasis, "devices"]).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"devices\":[{\"model\":\"\\ud800\"}]}", "half of a surrogate pair")]
    [InlineData("{\"iommus\":[{\"type\":\"vtd\",\"name\":\"a\\u0000b\"}]}", "cannot be a name")]
    [InlineData("{\"iommus\":[{\"type\":\"vtd\",\"name\":\"\\u001b[2J\"}]}", "\\x1b[2J")]
    [InlineData("", "line 1")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "line 1")]
    public void AWrongMachineFileIsToldInOneLine(string text, string complaint)
    {
        string folder = Directory.CreateTempSubdirectory("ioasis-machine-").FullName;
        try
        {
            string file = Path.Combine(folder, "machine.json");
            File.WriteAllText(file, text);
            CommandResult result = CommandLine.RunUnder(["--machine", file], "true");
            Assert.Equal((2, ""), (result.Status, result.Output));
            Assert.Contains(complaint, Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
            Assert.DoesNotContain(result.Error.TrimEnd(), char.IsControl);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void AMachineFileThatCannotBeReadToItsEndIsToldInOneLine()
    {
        string folder = Directory.CreateTempSubdirectory("ioasis-machine-").FullName;
        try
        {
            string fifo = Path.Combine(folder, "fifo"), huge = Path.Combine(folder, "huge"), bytes = Path.Combine(folder, "bytes");
            CommandLine.Run("mkfifo", fifo);
            CommandLine.Run("truncate", "-s", "100G", huge);
            File.WriteAllBytes(bytes, [(byte)'{', 0xff, 0xfe, (byte)'}']);
            foreach ((string file, string complaint) in ((string, string)[])[(fifo, "a pipe"), (huge, "more than 1048576 bytes"), (bytes, "no text in UTF-8")])
            {
                CommandResult result = CommandLine.RunUnder(["--machine", file], "true");
                Assert.Equal(2, result.Status);
                Assert.Contains(complaint, Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
        string built = CommandLine.Ioasis is ["dotnet", ..] ? "for dotnet (.NET " : "compiled ahead of time";
        Assert.StartsWith($"ok      this program: {built}", result.Output, StringComparison.Ordinal);
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
