namespace Ioasis.Bench.Rows;

/// <summary>What a row is to be: a limit of the figure itself, or of its ratio to the yardstick.</summary>
internal sealed record Goal(GoalKind Kind, double Limit)
{
    /// <summary>The figure is at most this.</summary>
    public static Goal AtMost(double limit) => new(GoalKind.AtMost, limit);

    /// <summary>The figure is at least this.</summary>
    public static Goal AtLeast(double limit) => new(GoalKind.AtLeast, limit);

    /// <summary>A time that is at most so many times the yardstick's.</summary>
    public static Goal AtMostTimes(double limit) => new(GoalKind.AtMostTimes, limit);

    /// <summary>A time so short that the speed is at least this part of the yardstick's.</summary>
    public static Goal AtLeastSpeed(double part) => new(GoalKind.AtMostTimes, 1 / part);

    public double? ExcessOf(Row row) => Kind switch
    {
        GoalKind.AtMost => row.Value / Limit,
        GoalKind.AtLeast => Limit / row.Value,
        _ => row.Ratio / Limit,
    };

    public override string ToString() => Kind switch
    {
        GoalKind.AtMost => $"≤ {Text(Limit)}",
        GoalKind.AtLeast => $"≥ {Text(Limit)}",
        _ => $"≤ {Text(Limit)}×",
    };

    private static string Text(double limit) => limit < 10 ? $"{limit:0.##}" : $"{limit:n0}";
}

/// <summary>How <see cref="Goal.Limit"/> is meant.</summary>
internal enum GoalKind
{
    AtMost,
    AtLeast,
    AtMostTimes,
}
