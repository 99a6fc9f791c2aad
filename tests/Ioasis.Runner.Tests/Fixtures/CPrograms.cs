using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Ioasis.Runner.Tests.Fixtures;

/// <summary>Compiles the C programs of this project, each once a version and way of linking. Tests are skipped without gcc.</summary>
internal static class CPrograms
{
    private static readonly Lock s_lock = new();

    /// <summary>Where this project's sources are.</summary>
    private static readonly string s_sources = Path.Combine(SourceRoot(), "tests", "Ioasis.Runner.Tests", "programs");

    /// <summary>The root of the repository.</summary>
    public static string SourceRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Ioasis.slnx")))
            at = Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }

    /// <summary>The path of programs/NAME.c, compiled.</summary>
    public static string Find(string name, bool isStatic = false)
    {
        string source = Path.Combine(s_sources, name + ".c");
        string text = File.ReadAllText(source) + File.ReadAllText(Path.Combine(s_sources, "fake.h"));
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        string directory = Path.Combine(Path.GetTempPath(), "ioasis-runner-tests");
        string target = Path.Combine(directory, $"{name}-{hash}{(isStatic ? "-static" : "")}");
        lock (s_lock)
        {
            if (!File.Exists(target))
                Compile(source, directory, target, isStatic);
        }

        return target;
    }

    /// <summary>The path of one of the repository's own programs (tests/programs), compiled by their script.</summary>
    public static string Shared(string name)
    {
        string sources = Path.Combine(SourceRoot(), "tests", "programs");
        string text = string.Concat(Directory.EnumerateFiles(sources).Order(StringComparer.Ordinal).Select(File.ReadAllText));
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        string target = Path.Combine(Path.GetTempPath(), "ioasis-runner-tests", "shared-" + hash);
        lock (s_lock)
        {
            if (!Directory.Exists(target))
            {
                string made = target + ".new";
                Run(Path.Combine(sources, "build.sh"), [made]);
                Directory.Move(made, target);
            }
        }

        return Path.Combine(target, name);
    }

    private static void Compile(string source, string directory, string target, bool isStatic)
    {
        Directory.CreateDirectory(directory);
        // The unprivileged user of some tests runs them too.
        File.SetUnixFileMode(directory, (UnixFileMode)0x1ed);
        string made = target + ".new";
        string[] arguments = [.. isStatic ? (string[])["-static"] : [], "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", made, source];
        Run("gcc", arguments);
        File.Move(made, target, overwrite: true);
    }

    private static void Run(string compiler, string[] arguments)
    {
        bool isThere = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, "gcc")));
        Assert.SkipUnless(isThere, "there is no gcc");
        using Process process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true })!;
        string complaints = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, complaints);
    }
}
