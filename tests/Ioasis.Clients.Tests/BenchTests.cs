using System.Text.Json;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>The bench runs, keeps what it found, and compares it. How long anything took is no matter here.</summary>
public sealed class BenchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ioasis-bench-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void AResultTellsMachineSourceSettingsAndRowsAndCanBeCompared()
    {
        string path = At("deeper/result.json"), chart = At("chart.svg");
        CommandResult run = CommandLine.Run([.. CommandLine.Bench, "--quick", "--only", "dispatch/map", "--out", path, "--chart", chart]);
        Assert.True(run.Status == 0, run.ToString());
        Assert.Contains("IOAS_MAP dispatched", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', run.Output); // colours are for terminals
        Assert.True(!Tools.Exists("gnuplot") || File.ReadAllText(chart).Contains("dispatch/map/map", StringComparison.Ordinal), run.ToString());

        using JsonDocument result = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement root = result.RootElement;
        Assert.True(root.GetProperty("when").TryGetDateTimeOffset(out _));
        Assert.NotEqual("", root.GetProperty("source").GetProperty("commit").GetString());
        foreach (string fact in new[] { "processor", "kernel", "runtime" })
            Assert.NotEqual("", root.GetProperty("machine").GetProperty(fact).GetString());
        Assert.True(root.GetProperty("settings").GetProperty("quick").GetBoolean());
        Assert.Equal("dispatch/map", root.GetProperty("settings").GetProperty("only").GetString());
        JsonElement[] rows = [.. root.GetProperty("rows").EnumerateArray()];
        Assert.Equal(["dispatch/map/map", "dispatch/map/unmap"], rows.Select(row => row.GetProperty("name").GetString()));
        foreach (JsonElement row in rows)
        {
            Assert.Equal("ns", row.GetProperty("unit").GetString());
            Assert.Equal(JsonValueKind.Number, row.GetProperty("value").ValueKind);
            Assert.True(row.GetProperty("beside").GetProperty("value").GetDouble() > 0);
            Assert.Equal("atMost", row.GetProperty("goal").GetProperty("kind").GetString());
        }

        CommandResult comparison = CommandLine.Run([.. CommandLine.Bench, "--compare", path, path]);
        Assert.True(comparison.Status == 0, comparison.ToString());
        Assert.Contains("dispatch/map/unmap", comparison.Output, StringComparison.Ordinal);
        Assert.Contains("1.00", comparison.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Could not find file")]
    [InlineData("no JSON", "is no result of the bench")]
    [InlineData("{}", "is no result of the bench")]
    public void WhatCannotBeComparedIsToldInOneLine(string? text, string complaint)
    {
        string path = At("wrong.json");
        if (text is not null)
            File.WriteAllText(path, text);
        CommandResult result = CommandLine.Run([.. CommandLine.Bench, "--compare", path, path]);
        Assert.Equal((1, ""), (result.Status, result.Output));
        Assert.StartsWith("ioasis bench: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(complaint, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void ANameThatNoRowHasAndAFileThatCannotBeWrittenAreToldBeforeAnythingIsMeasured()
    {
        CommandResult nothing = CommandLine.Run([.. CommandLine.Bench, "--only", "nothing"]);
        Assert.Equal((2, "", "ioasis bench: no row has \"nothing\" in its name\n"), (nothing.Status, nothing.Output, nothing.Error));
        CommandResult nowhere = CommandLine.Run([.. CommandLine.Bench, "--only", "dispatch", "--out", _folder.FullName]);
        Assert.Equal((1, ""), (nowhere.Status, nowhere.Output));
        Assert.StartsWith("ioasis bench: ", nowhere.Error, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
