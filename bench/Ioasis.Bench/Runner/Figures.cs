using System.Globalization;

namespace Ioasis.Bench.Runner;

/// <summary>What was measured of one thing in one way, in several rounds.</summary>
internal sealed class Figures
{
    private readonly List<double> _medians = [];
    private double _best = double.NaN;

    /// <summary>The median of the rounds' medians; NaN when it did not run.</summary>
    public double Median => _medians.Count == 0 ? double.NaN : _medians.Order().ElementAt(_medians.Count / 2);

    /// <summary>The best of all rounds; NaN when it did not run.</summary>
    public double Best => _best;

    /// <summary>Adds a round, as the programs in C print it: a number, or "-" when it did not run.</summary>
    public void Add(string median, string best)
    {
        if (!double.TryParse(median, CultureInfo.InvariantCulture, out double middle)
            || !double.TryParse(best, CultureInfo.InvariantCulture, out double least))
        {
            return;
        }

        _medians.Add(middle);
        _best = double.IsNaN(_best) ? least : Math.Min(_best, least);
    }
}
