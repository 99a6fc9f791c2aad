namespace Ioasis.Bench.Rows;

/// <summary>A piece of measuring that gives one row or several that can only be had together (a map and its unmap).</summary>
/// <param name="Name">The beginning of its rows' names.</param>
/// <param name="Measure">Measures, and adds the rows to the session.</param>
internal sealed record Trial(string Name, Action<Session> Measure);
