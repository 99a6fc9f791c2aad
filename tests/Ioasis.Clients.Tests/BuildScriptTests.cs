using System.Diagnostics;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>The script <c>ioasis</c>, in a checkout with nothing in it, where dotnet and the C compilers are stand-ins that say what they were asked.</summary>
/// <remarks>Not among the tests of the command line: those run it in their own process, which then reaps every child that there is.</remarks>
public sealed class BuildScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ioasis-script-").FullName;

    public BuildScriptTests()
    {
        foreach (string folder in (string[])["src/Ioasis.Cli", "examples", "bin"])
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        foreach (string file in (string[])["Directory.Build.props", "Directory.Packages.props", "src/Ioasis.Cli/Program.cs"])
            File.WriteAllText(Path.Combine(_folder, file), "");
        File.Copy(Checkout.At("ioasis"), Path.Combine(_folder, "ioasis"));
        Stub("clang", "exit 1");
        Stub("gcc", "cat >/dev/null; [ ! -e $0.missing ]");
        Stub("dotnet", """
            here=$(dirname "$0")/..
            case "$*" in
            *PublishAot=true*)
                echo native >> "$here/tried"
                [ ! -e "$0.cannot" ] || exit 1
                mkdir -p "$here/artifacts/ioasis-native"
                printf '#!/bin/sh\necho native "$@"\n' > "$here/artifacts/ioasis-native/ioasis"
                chmod +x "$here/artifacts/ioasis-native/ioasis" ;;
            publish*)
                echo managed >> "$here/tried"
                mkdir -p "$here/artifacts/ioasis-managed"; touch "$here/artifacts/ioasis-managed/ioasis.dll" ;;
            *.dll*) shift; echo managed "$@" ;;
            esac
            """);
    }

    [Fact]
    public void ItIsCompiledAheadOfTimeOnceWhereSomethingLinks()
    {
        Assert.Equal("native run true\n", Run("run", "true"));
        Assert.Equal("native run true\n", Run("run", "true"));
        Assert.Equal(["native"], Tried);
        // A source is newer than what was built; also one whose time has not come.
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "src/Ioasis.Cli/Program.cs"), DateTime.UtcNow.AddHours(1));
        Assert.Equal("native\n", Run());
        Assert.Equal(["native", "native"], Tried);
    }

    [Fact]
    public void ItIsForDotnetWhereNothingLinksAndWhereThatIsAskedFor()
    {
        File.WriteAllText(Path.Combine(_folder, "bin", "gcc.missing"), "");
        Assert.Equal("managed a b\n", Run("a", "b"));
        File.Delete(Path.Combine(_folder, "bin", "gcc.missing"));
        Assert.Equal("native\n", Run());
        Assert.Equal("managed\n", Run("IOASIS_BUILD=managed", []));
        Assert.Equal(["managed", "native"], Tried);
    }

    [Fact]
    public void WhatCannotBeCompiledAheadOfTimeIsForDotnetAndNotTriedAgain()
    {
        File.WriteAllText(Path.Combine(_folder, "bin", "dotnet.cannot"), "");
        Assert.Equal("managed\n", Run());
        Assert.Equal("managed\n", Run());
        Assert.Equal(["native", "managed"], Tried);
    }

    [Fact]
    public void ItWorksThroughALink()
    {
        string link = Path.Combine(_folder, "bin", "elsewhere");
        File.CreateSymbolicLink(link, "../ioasis");
        Assert.Equal("native x\n", Start(link, ["x"]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Tried => File.ReadAllLines(Path.Combine(_folder, "tried"));

    private string Run(params string[] words) => Start(Path.Combine(_folder, "ioasis"), words);

    private string Run(string variable, string[] words) => Start("env", [variable, Path.Combine(_folder, "ioasis"), .. words]);

    private string Start(string program, string[] words)
    {
        ProcessStartInfo start = new(program, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{_folder}/bin:/usr/bin:/bin";
        start.Environment.Remove("IOASIS_BUILD");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }

    private void Stub(string name, string script)
    {
        string path = Path.Combine(_folder, "bin", name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        using Process mode = Process.Start("chmod", ["+x", path]);
        mode.WaitForExit();
    }
}
