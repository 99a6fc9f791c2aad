using System.Reflection.PortableExecutable;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>How the command line for dotnet starts, as <c>./ioasis</c> builds it.</summary>
public sealed class StartTests
{
    /// <summary>
    /// Code for dotnet is compiled beforehand too (ReadyToRun), all but the framework's generics for value types of ours: 45 methods of those
    /// made a start half as long again. What is left is the framework's own, 2, and the constructor of (Call, int).
    /// </summary>
    [Fact]
    public void HardlyAnythingIsCompiledAtTheStart()
    {
        const int Most = 4;
        string program = Path.Combine(Checkout.Root, "artifacts", "ioasis-managed", "ioasis.dll");
        Assert.SkipUnless(IsFresh(Path.Combine(Checkout.Root, "artifacts", "ioasis.built-managed")), "IOASIS_BUILD=managed ./ioasis has not been run since sources changed");
        Assert.SkipUnless(IsCompiled(program), "what compiles beforehand could not be had");
        string list = Path.GetTempFileName();
        CommandResult result = CommandLine.Run(
            "env", "DOTNET_JitDisasmSummary=1", $"DOTNET_JitStdOutFile={list}", "dotnet", program, "run", "--", "sh", "-c", ": >/dev/null");
        string[] compiled = [.. File.ReadAllLines(list).Where(line => line.Contains("[Tier0", StringComparison.Ordinal))]; // what is hot is compiled again
        File.Delete(list);
        Assert.True(result.Status == 0, result.ToString());
        Assert.True(compiled.Length is > 0 and <= Most, string.Join('\n', compiled));
    }

    private static bool IsFresh(string stamp) =>
        File.Exists(stamp) && Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .All(source => File.GetLastWriteTimeUtc(source) <= File.GetLastWriteTimeUtc(stamp));

    private static bool IsCompiled(string program)
    {
        using var reader = new PEReader(File.OpenRead(program));
        return reader.PEHeaders.CorHeader is { ManagedNativeHeaderDirectory.Size: > 0 };
    }
}
