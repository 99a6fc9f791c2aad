namespace Ioasis.Cli.Tests.Commands;

public sealed class RunCommandTests
{
    [Theory]
    [InlineData("run", "-h")]
    [InlineData("run", "--explain", "--help", "--", "true")]
    [InlineData("run", "--nonsense", "true")]
    [InlineData("run", "--fail-nth", "0", "--", "true")]
    [InlineData("run", "--memlock", "all", "--", "true")]
    [InlineData("run")]
    [InlineData("run", "--fail-nth")]
    [InlineData("run", "--fail-nth", "x", "--", "true")]
    [InlineData("run", "--fail-nth", "-1", "--", "true")]
    public void HelpAndMistakesAreForAllCommandsTogether(params string[] words) => Assert.Null(RunCommand.TryParse(words));

    [Theory]
    [InlineData(0, "run", "true")]
    [InlineData(1, "run", "--", "false")]
    [InlineData(1, "run", "--explain", "false")]
    [InlineData(0, "run", "true", "-?")]
    [InlineData(0, "run", "true", "--help", "--device", "nothing")]
    [InlineData(0, "run", "--explain", "true", "--explain=nothing")]
    [InlineData(0, "run", "--fail-nth", "1", "--explain", "--", "true")]
    [InlineData(3, "run", "--", "sh", "-c", "exit 3", "-h")]
    [InlineData(2, "run", "--grant-cap", "ipc_lock,", "--", "true")]
    [InlineData(2, "run", "--device", "nothing", "--", "true")]
    [InlineData(127, "run", "run")]
    public void WhatItReadsItRuns(int status, params string[] words) => Assert.Equal(status, RunCommand.TryParse(words)?.Invoke());
}
