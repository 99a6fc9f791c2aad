using Ioasis.Engine.Reasons;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Tests.Files;

/// <summary>Which number a new descriptor gets, in a process that is this one; and who may have how many of ours.</summary>
public sealed class FreeNumberTests
{
    private const int First = 900;

    [Fact]
    public void TheLowestNumberIsGivenAndNoneTwiceAtATime()
    {
        var numbers = new FreeNumber(First);
        int self = Environment.ProcessId;
        int one = numbers.Choose(self, 0), two = numbers.Choose(self, 0), three = numbers.Choose(self, First + 40);
        Assert.Equal((First, First + 1, First + 40), (one, two, three));
        numbers.GiveBack(one);
        Assert.Equal(First, numbers.Choose(self, 0));
    }

    [Fact]
    public void AmongManyInUseAFreeOneIsFoundThatFollowsOneInUse()
    {
        List<int> taken = [];
        try
        {
            using Descriptor file = LibC.open("/dev/null", Linux.O_RDONLY | Linux.O_CLOEXEC);
            for (int number = First; number < First + 700; number++)
            {
                int got = LibC.fcntl(file, Linux.F_DUPFD_CLOEXEC, number);
                Assert.SkipUnless(got == number, "the number is in use, or beyond the limit");
                taken.Add(got);
            }

            var numbers = new FreeNumber(First);
            Assert.Equal(First + 700, numbers.Choose(Environment.ProcessId, 0));
            Assert.Equal(First + 701, numbers.Choose(Environment.ProcessId, 0));
        }
        finally
        {
            taken.ForEach(number => LibC.close(number));
        }
    }

    [Fact]
    public void AClientGetsHalfOfWhatOthersLeaveAndSomeAreKeptForOurselves()
    {
        const ulong Limit = 1064; // 1000 for clients
        var quota = new DescriptorQuota(Limit);
        Reason why = default;
        int taken = 0;
        while (quota.TryTake(Environment.ProcessId, 10, out _, ref why))
            taken++;
        Assert.Equal((500, ReasonCode.ClientDescriptorsUsed), (taken, why.Code));
        Assert.True(quota.TryTake(1, 10, out DescriptorShare other, ref why), "another tree has its own share");
        quota.Return(other);
        Assert.False(quota.TryTake(1, 1000, out _, ref why));
        Assert.Equal(ReasonCode.RunnerDescriptorsUsed, why.Code);
        Assert.Equal(ErrnoCode.ENFILE, why.Again().Code);
    }
}
