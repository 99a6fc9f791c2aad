using System.Globalization;
using Ioasis.Engine.Dma;

namespace Ioasis.Engine.Tests.Stress;

/// <summary>
/// Everything that takes translations away, against DMA, for <c>IOASIS_STRESS_SECONDS</c> seconds (3 when not set); and the
/// proof that the same run finds a race that is there.
/// </summary>
public sealed class StressTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable("IOASIS_STRESS_SECONDS"), CultureInfo.InvariantCulture, out double seconds) ? seconds : 3);

    [Fact]
    public void No_dma_sees_a_torn_or_stale_translation_or_touches_memory_after_its_unmap()
    {
        StressRun run = new(Omission.None);
        Assert.Null(run.For(s_time));
        foreach (StressRun.Event kind in Enum.GetValues<StressRun.Event>())
        {
            Assert.True(run.CountOf(kind) != 0, $"{kind} has not happened");
            TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {run.CountOf(kind)}");
        }
    }

    [Theory]
    [InlineData(nameof(Omission.Barrier))]
    [InlineData(nameof(Omission.Generation))]
    public void A_race_that_is_put_in_is_found(string leftOut) =>
        Assert.NotNull(new StressRun(Enum.Parse<Omission>(leftOut)).For(TimeSpan.FromSeconds(60)));
}
