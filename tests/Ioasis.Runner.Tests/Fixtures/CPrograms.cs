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

    private static void Compile(string source, string directory, string target, bool isStatic)
    {
        Directory.CreateDirectory(directory);
        // The unprivileged user of some tests runs them too.
        File.SetUnixFileMode(directory, (UnixFileMode)0x1ed);
        string made = target + ".new";
        string[] arguments = [.. isStatic ? (string[])["-static"] : [], "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", made, source];
        try
        {
            using Process gcc = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
            string complaints = gcc.StandardError.ReadToEnd();
            gcc.WaitForExit();
            Assert.True(gcc.ExitCode == 0, complaints);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("there is no gcc");
        }

        File.Move(made, target, overwrite: true);
    }
}
