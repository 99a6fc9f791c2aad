namespace Ioasis.Bench.Rows;

/// <summary>Something well known, measured in the same run and in the same unit as the row that it stands beside.</summary>
internal sealed record Yardstick(string Text, double Value);
