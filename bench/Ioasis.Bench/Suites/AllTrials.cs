using Ioasis.Bench.Intervals;
using Ioasis.Bench.Rows;
using Ioasis.Bench.Runner;

namespace Ioasis.Bench.Suites;

/// <summary>Every trial there is, in the order of the table.</summary>
internal static class AllTrials
{
    public static IEnumerable<Trial> Of(bool quick)
    {
        IEnumerable<Trial> all =
        [
            .. MachineSuite.Trials(), .. MapSuite.Trials(), .. PlaceSuite.Trials(), .. TranslateSuite.Trials(), .. DmaSuite.Trials(),
            .. DispatchSuite.Trials(), .. FaultSuite.Trials(), .. DirtySuite.Trials(), .. ScaleSuite.Trials(), .. DescriptorSuite.Trials(),
            .. WorstSuite.Trials(), .. MemorySuite.Trials(), .. IntervalSuite.Trials(), .. RunnerSuite.Trials(),
        ];
        return quick ? all.Where(trial => !trial.IsLong) : all;
    }
}
