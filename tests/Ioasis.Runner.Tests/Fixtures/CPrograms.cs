using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Ioasis.Runner.Tests.Fixtures;

/// <summary>
/// Compiles the C programs of this project, each once a version and way of linking. Tests are skipped without gcc.
/// </summary>
/// <remarks>
/// What was compiled is kept in the checkout, in a folder of the user's own; where that cannot be written, in a new folder that goes at the
/// end. A program gets its name by a rename when it is complete, so several runs of the tests at once, of one user or of several, never see
/// half of one. A run that another run starts (<see cref="UseFolder"/>) compiles nothing: it has what its parent compiled.
/// </remarks>
internal static class CPrograms
{
    private const string FolderVariable = "IOASIS_TEST_PROGRAMS";
    private const UnixFileMode EverybodyReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly Lock s_lock = new();
    private static readonly string? s_parentsFolder = Environment.GetEnvironmentVariable(FolderVariable);
    private static readonly Lazy<string> s_folder = new(() => s_parentsFolder ?? MakeFolder());

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

    /// <summary>Has a run of these tests that is about to be started use what was compiled here.</summary>
    public static void UseFolder(IDictionary<string, string?> environment)
    {
        foreach (string source in Directory.EnumerateFiles(s_sources, "*.c"))
        {
            _ = Find(Path.GetFileNameWithoutExtension(source));
            _ = Find(Path.GetFileNameWithoutExtension(source), isStatic: true);
        }

        _ = Shared("edu");
        environment[FolderVariable] = s_folder.Value;
    }

    /// <summary>The path of programs/NAME.c, compiled.</summary>
    public static string Find(string name, bool isStatic = false)
    {
        string source = Path.Combine(s_sources, name + ".c");
        string hash = HashOf([source, Path.Combine(s_sources, "fake.h")]);
        string[] arguments = [.. isStatic ? (string[])["-static"] : [], "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", source];
        return Make($"{name}-{hash}{(isStatic ? "-static" : "")}", made => Run("gcc", [.. arguments, "-o", made]));
    }

    /// <summary>The path of one of the repository's own programs (tests/programs), compiled by their script.</summary>
    public static string Shared(string name)
    {
        string sources = Path.Combine(SourceRoot(), "tests", "programs");
        string hash = HashOf(Directory.EnumerateFiles(sources).Order(StringComparer.Ordinal));
        return Path.Combine(Make("shared-" + hash, made => Run(Path.Combine(sources, "build.sh"), [made])), name);
    }

    /// <summary>Makes a file or a folder under a name that is nobody else's, and gives it its own when it is complete.</summary>
    private static string Make(string name, Action<string> make)
    {
        string target = Path.Combine(s_folder.Value, name);
        lock (s_lock)
        {
            if (Path.Exists(target))
                return target;
            Assert.True(s_parentsFolder is null, $"{target} was not compiled by the run of the tests that started this one");
            string made = $"{target}.{Guid.NewGuid():N}";
            make(made);
            foreach (string program in Directory.Exists(made) ? Directory.GetFiles(made) : [])
                File.SetUnixFileMode(program, EverybodyReads);
            File.SetUnixFileMode(made, EverybodyReads);
            if (!Directory.Exists(made))
                File.Move(made, target, overwrite: true);
            else if (!TryMoveFolder(made, target))
                Directory.Delete(made, recursive: true);
            return target;
        }
    }

    /// <returns>False when another run of the tests was faster.</returns>
    private static bool TryMoveFolder(string made, string target)
    {
        try
        {
            Directory.Move(made, target);
            return true;
        }
        catch (IOException) when (Directory.Exists(target))
        {
            return false;
        }
    }

    private static string MakeFolder()
    {
        string own = Path.Combine(SourceRoot(), "artifacts", "test-programs", Environment.UserName);
        try
        {
            // The unprivileged user of some tests runs them too.
            Directory.CreateDirectory(own, EverybodyReads);
            File.Delete(Write(Path.Combine(own, $"{Guid.NewGuid():N}")));
            return own;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string folder = Directory.CreateTempSubdirectory("ioasis-runner-tests-").FullName;
            File.SetUnixFileMode(folder, EverybodyReads);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
            return folder;
        }
    }

    private static string Write(string path)
    {
        File.WriteAllText(path, "");
        return path;
    }

    private static string HashOf(IEnumerable<string> files) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(File.ReadAllText)))))[..16];

    private static void Run(string compiler, string[] arguments)
    {
        Skip.Without("gcc");
        using Process process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true })!;
        string complaints = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, complaints);
    }
}
