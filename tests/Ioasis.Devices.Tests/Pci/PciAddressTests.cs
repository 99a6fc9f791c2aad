using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Tests.Pci;

public sealed class PciAddressTests
{
    [Theory]
    [InlineData("0000:00:10.0", "0000:00:10.0")]
    [InlineData("10:1f.7", "0000:10:1f.7")]
    [InlineData("ABCD:ff:00.1", "abcd:ff:00.1")]
    public void An_address_is_read_and_written_as_Linux_writes_it(string text, string written)
    {
        Assert.True(PciAddress.TryParse(text, out PciAddress address));
        Assert.Equal(written, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0")]
    [InlineData("0000:00:20.0")]
    [InlineData("0000:00:10.8")]
    [InlineData("0000:100:10.0")]
    [InlineData("10000:00:10.0")]
    [InlineData("0:0:0:10.0")]
    [InlineData("0000:00:10")]
    [InlineData("0000:00: 1.0")]
    public void What_is_no_address_is_refused(string text) => Assert.False(PciAddress.TryParse(text, out _));
}
