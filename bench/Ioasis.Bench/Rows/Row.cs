using System.Text.Json.Serialization;

namespace Ioasis.Bench.Rows;

/// <summary>One figure that was measured, with what it stands beside.</summary>
/// <param name="Name">Stable: <c>suite/what/size</c>. What <c>--only</c> looks at, and by which two result files are joined.</param>
/// <param name="Text">For people.</param>
/// <param name="Unit">What <paramref name="Value"/> counts: <c>ns</c>, <c>µs</c>, <c>ms</c>, <c>bytes</c>, <c>x</c> (a ratio).</param>
/// <param name="Value">The figure; null when it was skipped.</param>
internal sealed record Row(string Name, string Text, string Unit, double? Value)
{
    /// <summary>What was measured beside it in the same run.</summary>
    public Yardstick? Beside { get; init; }

    /// <summary>What it is to be.</summary>
    public Goal? Goal { get; init; }

    /// <summary>Why there is no figure.</summary>
    public string? Skipped { get; init; }

    /// <summary>Value over yardstick: below 1 is better than the yardstick.</summary>
    [JsonIgnore]
    public double? Ratio => Beside is { Value: > 0 } beside ? Value / beside.Value : null;

    /// <summary>How many times its goal it is: at most 1 when it is met; null without a goal or a figure.</summary>
    [JsonIgnore]
    public double? Excess => Goal?.ExcessOf(this);
}
