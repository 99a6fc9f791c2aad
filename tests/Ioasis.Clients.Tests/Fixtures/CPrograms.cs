namespace Ioasis.Clients.Tests.Fixtures;

/// <summary>The programs of <c>tests/programs</c>, compiled once a run of the tests.</summary>
public sealed class CPrograms : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ioasis-programs-").FullName;
    private readonly string? _problem;

    public CPrograms()
    {
        // Everybody may enter: some tests run the programs as another user.
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        if (!Tools.Exists("gcc"))
        {
            _problem = "gcc is not installed (scripts/install-ci.sh installs it)";
            return;
        }

        CommandResult built = CommandLine.Run(Checkout.At("tests", "programs", "build.sh"), _folder);
        if (built.Status != 0)
            throw new InvalidOperationException($"tests/programs/build.sh failed: {built}");
    }

    /// <summary>The path of a program; the test is skipped when it cannot be built here.</summary>
    public string this[string name]
    {
        get
        {
            if (_problem is not null)
                Assert.Skip(_problem);
            return Path.Combine(_folder, name);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
