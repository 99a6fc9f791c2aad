namespace Ioasis.Bench.Rows;

/// <summary>The least figure of several rounds.</summary>
internal sealed class Least
{
    public double Value { get; private set; } = double.MaxValue;

    public void Take(double figure) => Value = Math.Min(Value, figure);
}
