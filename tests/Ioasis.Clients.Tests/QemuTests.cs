using System.Text.RegularExpressions;
using Ioasis.Clients.Tests.Fixtures;

namespace Ioasis.Clients.Tests;

/// <summary>
/// Debian's QEMU, unmodified, with a device of ours through iommufd, and through its group and a container: a Linux guest boots, finds it, and a guest program does
/// DMA both ways through guest memory and sees an MSI arrive. Also with an IOMMU of the guest's own in between, as QEMU emulates it by default.
/// </summary>
public sealed partial class QemuTests
{
    [Theory]
    [InlineData("", "-object", "iommufd,id=iommufd0", "-device", "vfio-pci,host=0000:00:10.0,iommufd=iommufd0")]
    [InlineData("", "-device", "vfio-pci,host=0000:00:10.0")]
    // Without interrupt remapping: the guest's program writes the plain address and data of an MSI into the device.
    [InlineData(
        "intel_iommu=on iommu=pt intremap=off", "-device", "intel-iommu,caching-mode=on",
        "-object", "iommufd,id=iommufd0", "-device", "vfio-pci,host=0000:00:10.0,iommufd=iommufd0")]
    public void ALinuxGuestDrivesEdu(string append, params string[] options)
    {
        Require();
        string folder = Directory.CreateTempSubdirectory("ioasis-guest-").FullName;
        try
        {
            BuildGuest(folder);

            CommandResult result = CommandLine.RunUnder(
                ["--device", "edu,address=0000:00:10.0", "--explain"],
                [Checkout.At("tests", "guest", "run.sh"), "-a", append, Path.Combine(folder, "vmlinuz"), Path.Combine(folder, "initrd.gz"), "--", .. options]);
            Assert.True(result.Status == 0, result.ToString());
            Assert.Contains("GUEST-STATUS=0", result.Output, StringComparison.Ordinal);
            Assert.Equal(append.Length != 0, result.Output.Contains("guest: behind dmar0", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheReadmesExampleRunsAsAnyUser()
    {
        Require();
        string script = Checkout.At("examples", "qemu.sh");
        string folder = Directory.CreateTempSubdirectory("ioasis-guest-").FullName;
        try
        {
            BuildGuest(folder);
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ed); // everybody may enter
            using Nobody? nobody = Environment.IsPrivilegedProcess ? new(CommandLine.Ioasis[^1], script, Path.Combine(folder, "vmlinuz")) : null;
            // The limit that users have by default: a guest of 256 MiB is far beyond it.
            string[] command = ["prlimit", "--memlock=8388608:8388608", "env", "GUEST=" + folder, script, .. CommandLine.Ioasis];
            CommandResult result = CommandLine.Run(nobody?.Command(command) ?? command);
            Assert.True(result.Status == 0, result.ToString());
            Assert.Contains("GUEST-STATUS=0", result.Output + result.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheReadmeShowsWhatTheScriptRuns()
    {
        string[] Words(string text) => text.Replace("\\\n", " ", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string example = Example().Match(File.ReadAllText(Checkout.At("examples", "qemu.sh"))).Groups[1].Value.Replace("\"${ioasis[@]}\"", "./ioasis", StringComparison.Ordinal);
        string readme = File.ReadAllText(Checkout.At("README.md"));
        int start = readme.IndexOf("./ioasis run --device edu", StringComparison.Ordinal);
        Assert.Equal(Words(example), Words(readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]));
    }

    private static void Require()
    {
        Tools.SkipWithout("qemu-system-x86_64");
        Tools.SkipWithout("gcc");
        Tools.SkipWithout("busybox");
        Tools.SkipWithout("cpio");
        int major = int.Parse(QemuVersion().Match(CommandLine.Run("qemu-system-x86_64", "--version").Output).Groups[1].ValueSpan);
        if (major < 10)
            Assert.Skip($"QEMU {major} knows no iommufd as 10 does (scripts/install-ci.sh installs 10)");
    }

    private static void BuildGuest(string folder)
    {
        CommandResult built = CommandLine.Run(Checkout.At("tests", "guest", "build.sh"), folder);
        if (built.Status != 0)
            Assert.Skip($"the guest's kernel cannot be had here: {built.Error.Trim().Split('\n')[^1]}");
    }

    [GeneratedRegex(@"# \[example\]\n(.*?) *# \[/example\]", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"version (\d+)")]
    private static partial Regex QemuVersion();
}
