using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Tests.Reasons;

public sealed class ReasonTableTests
{
    public static TheoryData<ReasonCode> Codes => [.. Enum.GetValues<ReasonCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public void EveryReasonHasAnErrnoAndASentence(ReasonCode code)
    {
        Reason reason = default;
        Errno errno = reason.Because(code, 0x1000, 0x1fff, 3, 4, "0000:00:10.0");
        Assert.Equal(code == ReasonCode.None, errno.Succeeded);
        string text = reason.ToString();
        Assert.NotEmpty(text);
        Assert.DoesNotContain('{', text);
        Assert.False(text.EndsWith('.'), text);
    }

    [Fact]
    public void TheSentenceNamesTheOperands()
    {
        Reason reason = default;
        Assert.Equal(ErrnoCode.EEXIST, reason.Because(ReasonCode.IovaOccupied, 0x1000, 0x2fff, 0, 0x1fff).Code);
        Assert.Equal("IOVA 0x1000-0x2fff meets the mapping 0x0-0x1fff", reason.ToString());
    }

    [Fact]
    public void SuccessIsTheDefaultAndNothingElseMakesAnErrno()
    {
        Assert.True(default(Errno).Succeeded);
        Assert.Empty(typeof(Errno).GetConstructors());
    }
}
