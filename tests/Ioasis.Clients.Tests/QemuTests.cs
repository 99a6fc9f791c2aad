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
        Tools.SkipWithout("qemu-system-x86_64");
        Tools.SkipWithout("gcc");
        Tools.SkipWithout("busybox");
        Tools.SkipWithout("cpio");
        int major = int.Parse(QemuVersion().Match(CommandLine.Run("qemu-system-x86_64", "--version").Output).Groups[1].ValueSpan);
        if (major < 10)
            Assert.Skip($"QEMU {major} knows no iommufd as 10 does (scripts/install-ci.sh installs 10)");

        string folder = Directory.CreateTempSubdirectory("ioasis-guest-").FullName;
        try
        {
            CommandResult built = CommandLine.Run(Checkout.At("tests", "guest", "build.sh"), folder);
            if (built.Status != 0)
                Assert.Skip($"the guest's kernel cannot be had here: {built.Error.Trim().Split('\n')[^1]}");

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

    [GeneratedRegex(@"version (\d+)")]
    private static partial Regex QemuVersion();
}
