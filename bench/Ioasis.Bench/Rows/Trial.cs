namespace Ioasis.Bench.Rows;

/// <summary>Something to measure, which gives one row or several.</summary>
/// <param name="Name">Words with slashes between them; the first is the table that it belongs to.</param>
/// <param name="Measure">Measures and adds the rows.</param>
internal sealed record Trial(string Name, Action<Session> Measure)
{
    /// <summary>Takes more than a second or two; left out of a quick run.</summary>
    public bool IsLong { get; init; }
}
