using System.Globalization;
using Ioasis.Cli.Output;
using Ioasis.Engine.Reasons;
using Ioasis.Runner;
using Ioasis.Runner.Explain;

namespace Ioasis.Cli.Explain;

/// <summary>
/// What <c>--explain</c> tells and <c>--strict</c> counts. The same line again is counted, not repeated: its number comes when another line
/// takes its place, and at the end.
/// </summary>
/// <param name="writer">Where to; null when it is only counted.</param>
/// <param name="ownsWriter">It is closed at the end.</param>
/// <param name="isJson">One JSON object a line (docs/commands/run.md), in place of a sentence.</param>
/// <param name="isStrict">Whether the end depends on it.</param>
/// <remarks>Thread-safe: the calls of several clients fail at once. <c>_gate</c> protects all; nobody waits for the writer.</remarks>
internal sealed class Told(LineWriter? writer, bool ownsWriter, bool isJson, bool isStrict) : IDisposable
{
    /// <summary>The status when something failed that should not.</summary>
    public const int StrictStatus = 3;

    /// <summary>Different lines that are remembered: a program in a loop fails in a few ways, over and over.</summary>
    private const int Remembered = 16;

    private readonly Lock _gate = new();
    private readonly List<Repeated> _recent = new(Remembered); // the latest first
    private long _calls, _transfers;

    /// <summary>Tells of a call, a DMA or a device, unless it failed as every program expects it to.</summary>
    public void Tell(Explanation one)
    {
        if (one.IsProbe)
            return;
        string line = isJson ? ExplainJson.Of(one, 0) : one.ToString();
        lock (_gate)
        {
            if (one.Kind == ExplanationKind.Call)
                _calls++;
            else if (one.Kind == ExplanationKind.Dma)
                _transfers++;
            if (writer is null)
                return;
            int known = _recent.FindIndex(other => other.Line == line);
            if (known >= 0)
            {
                _recent[known].Times++;
                return;
            }

            // Behind the line that it repeats there is no need to say which.
            if (_recent.Count > 0)
                Close(_recent[0], isLatest: true);
            if (_recent.Count == Remembered)
            {
                Close(_recent[^1], isLatest: false);
                _recent.RemoveAt(Remembered - 1);
            }

            _recent.Insert(0, new Repeated(one, line));
            Write(line);
        }
    }

    /// <summary>Says how many there were.</summary>
    /// <returns>The status to end with; null when that is the program's affair.</returns>
    public int? Conclude(ProgramEnd end)
    {
        lock (_gate)
        {
            for (int i = 0; i < _recent.Count; i++)
                Close(_recent[i], isLatest: i == 0);
            _recent.Clear();
            if (!isStrict || _calls + _transfers == 0)
                return null;
        }

        Messages.Error(string.Create(CultureInfo.InvariantCulture, $"--strict: {Counted(_calls, "call")} failed, {Counted(_transfers, "DMA")} aborted; the program: {end}"));
        return end.Signalled ? null : StrictStatus; // a crash is worth more than what we think of it
    }

    public void Dispose()
    {
        if (ownsWriter)
            writer?.Dispose();
    }

    private static string Counted(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 || what == "DMA" ? "" : "s")}");

    private void Close(Repeated repeated, bool isLatest)
    {
        if (repeated.Times == 0)
            return;
        Write(isJson ? ExplainJson.Of(repeated.First, repeated.Times)
            : string.Create(CultureInfo.InvariantCulture, $"… {repeated.Times:N0} times more{(isLatest ? "" : ": " + repeated.Line)}"));
        repeated.Times = 0;
    }

    private void Write(string line) => writer!.Write(isJson ? line : PlainText.Of("ioasis: " + line));

    private sealed class Repeated(Explanation first, string line)
    {
        public Explanation First { get; } = first;

        public string Line { get; } = line;

        public long Times { get; set; }
    }
}
