using System.Runtime.InteropServices;

namespace Ioasis.Bench.Results;

/// <summary>Where and on what something was measured.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Processors">How many this process may use.</param>
/// <param name="MemoryGiB">Memory that the runtime may use.</param>
/// <param name="Kernel">Name and release.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="Load">Runnable processes a minute before, as the kernel counts them: above 0.5 others disturbed the run.</param>
internal sealed record MachineFacts(string Processor, int Processors, double MemoryGiB, string Kernel, string Runtime, double Load)
{
    public static MachineFacts Here() => new(
        ProcessorName(), Environment.ProcessorCount, Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        $"Linux {ReadFirstLine("/proc/sys/kernel/osrelease")}", RuntimeInformation.FrameworkDescription,
        double.TryParse(ReadFirstLine("/proc/loadavg").Split(' ')[0], out double load) ? load : double.NaN);

    private static string ProcessorName()
    {
        string? line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static string ReadFirstLine(string path) => File.Exists(path) ? File.ReadLines(path).First() : "unknown";
}
