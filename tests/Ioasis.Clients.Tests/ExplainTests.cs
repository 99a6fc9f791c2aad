using System.Text.Json;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>What --explain and --strict tell of a program that makes every mistake (tests/programs/stuck.c).</summary>
public sealed class ExplainTests(CPrograms programs)
{
    private static readonly string[] s_edu = ["--device", "edu,address=0000:00:10.0", "--device", "dmatest"];

    [Fact]
    public void EachMistakeIsNamedOnce()
    {
        CommandResult result = CommandLine.RunUnder([.. s_edu, "--explain"], programs["stuck"]);
        Assert.True(result.Status == 0, result.ToString());
        string[] lines = result.Error.TrimEnd().Split('\n');
        foreach (string[] words in (string[][])
        [
            ["open(/dev/vfio/devices/vfio7) = ENOENT", "vfio0, vfio1"],
            ["stat(/sys/bus/pci/devices/0000:00:12.0) = ENOENT", "0000:00:10.0"],
            ["VFIO_DEVICE_ATTACH_IOMMUFD_PT", "is not bound"],
            ["0x40043b68", "VFIO_GROUP_SET_CONTAINER is 0x3b68", "a group"],
            ["0xc0103b6b", "VFIO_DEVICE_GET_INFO is 0x3b6b"],
            ["VFIO_DEVICE_SET_IRQS", "index 2 (MSI-X)"],
            ["IOMMU_IOAS_MAP", "0xfffffffffff000", "aperture"],
            ["0000:00:10.0 interrupt lost", "bus mastering is off"],
            ["register access", "8 bytes at offset 0x8", "BAR0"],
            ["register access", "no register at offset 0x50"],
            ["DMA address cut", "0x100001000", "DMA mask 0xfffffff"],
            ["DMA not done", "buffer 0x40000-0x40fff"],
            ["DMA read of 16 bytes at IOVA 0x1000 aborted"],
        ])
        {
            Assert.True(lines.Count(line => words.All(word => line.Contains(word, StringComparison.Ordinal))) == 1, $"{string.Join(" … ", words)}:\n{result.Error}");
        }

        Assert.Equal(["ioasis: … 1,999 times more"], lines.Where(line => line.Contains("times more", StringComparison.Ordinal)));
        foreach (string word in (string[])["IOVA_RANGES", "VFIO_DEVICE_FEATURE", "no-such-attribute"])
            Assert.DoesNotContain(word, result.Error, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.StartsWith("ioasis: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void AFileIsWrittenInPlaceOfStandardErrorOneJsonObjectALine()
    {
        string folder = Directory.CreateTempSubdirectory("ioasis-explain-").FullName;
        try
        {
            string file = Path.Combine(folder, "told");
            CommandResult result = CommandLine.RunUnder([.. s_edu, "--explain=json", "-o", file], programs["stuck"]);
            Assert.Equal((0, ""), (result.Status, result.Error));
            JsonElement[] lines = [.. File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement)];
            Assert.Contains(lines, line => Text(line, "kind") == "dma" && Text(line, "device") == "0000:00:10.0" && Text(line, "code") == "DmaNotMapped");
            JsonElement[] unmaps = [.. lines.Where(line => Text(line, "code") == "UnmapNothing")];
            Assert.Equal(2, unmaps.Length);
            Assert.Equal(("call", "stuck", "ENOENT"), (Text(unmaps[0], "kind"), Text(unmaps[0], "program"), Text(unmaps[0], "errno")));
            Assert.Equal((false, 1999), (unmaps[0].TryGetProperty("times", out _), unmaps[1].GetProperty("times").GetInt32()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void StrictEndsWith3WhenSomethingFailed()
    {
        CommandResult result = CommandLine.RunUnder([.. s_edu, "--strict"], programs["stuck"]);
        Assert.Equal(3, result.Status);
        Assert.Contains("DMA aborted; the program: exit status 0", Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(1, CommandLine.RunUnder(["--strict"], "cat", "/dev/vfio/devices/vfio9").Status); // a path that is not there is no failed call
        result = CommandLine.RunUnder(["--strict"], "sh", "-c", "exec 3<>/dev/iommu");
        Assert.Equal((0, "", ""), (result.Status, result.Output, result.Error));
    }

    [Theory]
    [InlineData("--explain")]
    [InlineData("--explain=json")]
    public void WhoReadsNothingOrNoLongerStopsNobody(string option)
    {
        string run = $"{string.Join(' ', CommandLine.Ioasis)} run {string.Join(' ', s_edu)} {option} -- {programs["stuck"]}";
        CommandResult full = CommandLine.Run("bash", "-c", $"{run} 2>/dev/full");
        Assert.True(full.Status == 0, full.ToString());
        CommandResult closed = CommandLine.Run("bash", "-c", $"{run} 2>&-");
        Assert.True(closed.Status == 0, closed.ToString());
        // A pipe that nobody reads, and that is full already.
        CommandResult pipe = CommandLine.Run(
            "bash", "-c", $"coproc {{ exec sleep 300; }}; dd if=/dev/zero bs=64K count=1 >&${{COPROC[1]}} 2>/dev/null; {run} 2>&${{COPROC[1]}}; status=$?; kill $COPROC_PID; exit $status");
        Assert.True(pipe.Status == 0, pipe.ToString());
    }

    [Fact]
    public void TheHostsMemlockLimitDoesNotCountAndTheProgramsOwnDoes()
    {
        string program = programs["stuck"], dmatest = programs["dmatest"];
        using Nobody? nobody = Environment.IsPrivilegedProcess ? new(CommandLine.Ioasis[^1], program) : null;
        CommandResult Run(string script) => CommandLine.Run(nobody?.Command("bash", "-c", script) ?? ["bash", "-c", script]);
        string ioasis = string.Join(' ', CommandLine.Ioasis);

        CommandResult own = Run($"{ioasis} run --explain -- {program}");
        Assert.Contains("= ENOMEM: pinning 4 pages would make 4 locked pages; the RLIMIT_MEMLOCK that the program was given within the run", own.Error, StringComparison.Ordinal);
        CommandResult host = Run($"ulimit -l 4; {ioasis} run --explain -- {dmatest}");
        Assert.True(host.Status == 0, host.ToString());
        host = Run($"ulimit -l 4; {ioasis} run --memlock host --explain -- {dmatest}");
        Assert.NotEqual(0, host.Status);
        Assert.Contains("the host's RLIMIT_MEMLOCK (counted because of --memlock host", host.Error, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement line, string member) => line.TryGetProperty(member, out JsonElement value) ? value.GetString() : null;
}
