using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Tests.Reasons;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("plain, and äöü … 漢 😀 too", "plain, and äöü … 漢 😀 too")]
    [InlineData("a\nb\tc\0d", "a\\x0ab\\x09c\\x00d")]
    [InlineData("\x1b[31mred\x7f\x9b", "\\x1b[31mred\\x7f\\x9b")]
    [InlineData("\u202eturned\u2028", "\\u202eturned\\u2028")]
    public void WhatATerminalWouldActUponIsWrittenOut(string text, string shown) => Assert.Equal(shown, PlainText.Of(text));

    [Fact]
    public void HalfOfAPairIsWrittenOutWhereverItStands() =>
        Assert.Equal("\\ud800a\\udc00b\\ud800", PlainText.Of(string.Concat('\ud800', 'a', '\udc00', 'b', '\ud800')));

    [Fact]
    public void WhatIsTooLongLosesItsMiddle()
    {
        string shown = PlainText.Of(new string('a', 50_000) + "end", 100);
        Assert.InRange(shown.Length, 90, 110);
        Assert.EndsWith("end", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsPlainIsNotCopied()
    {
        string text = "IOVA 0x1000-0x1fff";
        Assert.Same(text, PlainText.Of(text));
    }
}
