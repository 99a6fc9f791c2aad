using System.Text;
using Ioasis.Runner.Folders;

namespace Ioasis.Runner.Tests.Folders;

public sealed class RunFolderTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Everybody = Own | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly string _place = Directory.CreateTempSubdirectory("ioasis-folders-").FullName;

    private string Session => Path.Combine(_place, "session");

    private string Shared => Path.Combine(_place, "shared");

    private string Victim => Path.Combine(_place, "victim");

    public RunFolderTests()
    {
        Directory.CreateDirectory(Session, Own);
        Directory.CreateDirectory(Shared);
        Directory.CreateDirectory(Victim);
        File.WriteAllText(Path.Combine(Victim, "file"), "to be kept");
    }

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Fact]
    public void ItLiesInTheUsersOwnFolderAndGoesWithAllThatIsInIt()
    {
        using (RunFolder folder = RunFolder.Make(Session, Shared))
        {
            string path = PathOf(folder);
            Assert.StartsWith(Path.Combine(Session, "ioasis") + "/", path, StringComparison.Ordinal);
            Assert.Equal(Own, File.GetUnixFileMode(path));
            Directory.CreateDirectory(Path.Combine(path, "a", "b"));
            File.WriteAllText(Path.Combine(path, "a", "b", "c"), "");
            File.CreateSymbolicLink(Path.Combine(path, "a", "link"), Victim);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Session, "ioasis")));
        Assert.Single(Directory.EnumerateFiles(Victim));
    }

    [Fact]
    public void WithoutASessionItLiesInTheSharedFolderUnderANewNameEachTime()
    {
        using RunFolder one = RunFolder.Make(null, Shared), other = RunFolder.Make("", Shared);
        Assert.NotEqual(PathOf(one), PathOf(other));
        Assert.All([one, other], folder => Assert.Equal((Shared, Own), (Path.GetDirectoryName(PathOf(folder)), File.GetUnixFileMode(PathOf(folder)))));
    }

    [Fact]
    public void AFolderThatOthersMayUseIsNotTheUsersOwn()
    {
        File.SetUnixFileMode(Session, Everybody);
        AssertNotUsed(Session);
        File.SetUnixFileMode(Session, Own);
        File.CreateSymbolicLink(Path.Combine(_place, "link"), Session);
        AssertNotUsed(Path.Combine(_place, "link"));
        AssertNotUsed(Path.Combine(_place, "absent"));
        AssertNotUsed("session"); // relative
        Directory.CreateDirectory(Path.Combine(Session, "ioasis"));
        File.SetUnixFileMode(Path.Combine(Session, "ioasis"), Everybody);
        AssertNotUsed(Session);
    }

    [Fact]
    public void AnotherUsersFolderIsNotUsed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a folder away");
        Assert.Equal(0, Chown(Session, 65534));
        AssertNotUsed(Session);
    }

    [Fact]
    public void WhatAKilledRunnerLeftIsRemovedAndWhatALivingOneHasIsNot()
    {
        using RunFolder living = RunFolder.Make(Session, Shared);
        string own = Path.Combine(Session, "ioasis");
        string abandoned = Path.Combine(own, "run-abandoned");
        Directory.CreateDirectory(abandoned, Own);
        File.CreateSymbolicLink(Path.Combine(abandoned, "z"), Victim);
        Directory.CreateDirectory(Path.Combine(abandoned, "sub"));
        File.CreateSymbolicLink(Path.Combine(own, "run-link"), Victim);
        Directory.CreateDirectory(Path.Combine(own, "other"), Own);
        using (RunFolder.Make(Session, Shared))
            Assert.False(Directory.Exists(abandoned));
        Assert.True(Directory.Exists(PathOf(living)));
        Assert.True(Directory.Exists(Path.Combine(own, "other")));
        Assert.Single(Directory.EnumerateFiles(Victim));
    }

    [Fact]
    public void NothingInTheSharedFolderIsEverTouched()
    {
        // As any user can prepare it: names like ours, old, open to everybody, with links into the directories of others.
        foreach (string name in (string[])["ioasis-tree-evil", "ioasis-0123456789abcdef", "run-evil", "ioasis"])
        {
            string path = Path.Combine(Shared, name);
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, Everybody);
            File.CreateSymbolicLink(Path.Combine(path, "a"), Victim);
            Directory.SetCreationTimeUtc(path, DateTime.UtcNow.AddDays(-1));
        }

        RunFolder.Make(null, Shared).Dispose();
        Assert.Equal(4, Directory.EnumerateDirectories(Shared).Count());
        Assert.All(Directory.EnumerateDirectories(Shared), path => Assert.Single(Directory.EnumerateFileSystemEntries(path)));
        Assert.Single(Directory.EnumerateFiles(Victim));
    }

    [Fact]
    public void ADirectoryThatIsPutInItsPlaceIsNotRemoved()
    {
        string path;
        using (RunFolder folder = RunFolder.Make(null, Shared))
        {
            path = PathOf(folder);
            Directory.Move(path, path + ".moved");
            File.CreateSymbolicLink(path, Victim);
        }

        Assert.True(Path.Exists(path));
        Assert.Single(Directory.EnumerateFiles(Victim));
    }

    [Fact]
    public void WithoutAnyPlaceOneLineSaysWhereItWasTried()
    {
        string absent = Path.Combine(_place, "absent");
        var failed = Assert.Throws<IOException>(() => RunFolder.Make(null, absent + "/"));
        Assert.Contains(absent, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failed.Message);
    }

    private void AssertNotUsed(string session)
    {
        using RunFolder folder = RunFolder.Make(session, Shared);
        Assert.Equal(Shared, Path.GetDirectoryName(PathOf(folder)));
    }

    private static string PathOf(RunFolder folder) => Encoding.UTF8.GetString(folder.Folder.Path);

    private static int Chown(string path, int user)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start("chown", [user.ToString(System.Globalization.CultureInfo.InvariantCulture), path]);
        process.WaitForExit();
        return process.ExitCode;
    }
}
