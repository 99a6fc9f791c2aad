using System.Globalization;

namespace Ioasis.Runner.Processes;

/// <summary>What /proc/ID/status says of a process or a thread.</summary>
/// <param name="Process">Its process (thread group) ID.</param>
/// <param name="Parent">The process's parent.</param>
/// <param name="User">Real user ID.</param>
/// <param name="Filters">How many seccomp filters it runs under; 0 when the kernel does not tell (before 5.9).</param>
internal readonly record struct ProcessStatus(int Process, int Parent, uint User, int Filters)
{
    /// <summary>Reads it.</summary>
    /// <param name="id">A process or a thread.</param>
    /// <param name="status">What was read.</param>
    /// <returns>False when there is no such process.</returns>
    public static bool TryRead(int id, out ProcessStatus status)
    {
        status = default;
        int process = 0, parent = 0, filters = 0;
        uint user = 0;
        try
        {
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/status")))
            {
                if (line.StartsWith("Tgid:", StringComparison.Ordinal))
                    process = Number(line);
                else if (line.StartsWith("PPid:", StringComparison.Ordinal))
                    parent = Number(line);
                else if (line.StartsWith("Uid:", StringComparison.Ordinal))
                    user = (uint)Number(line);
                else if (line.StartsWith("Seccomp_filters:", StringComparison.Ordinal))
                    filters = Number(line);
            }
        }
        catch (IOException)
        {
            return false;
        }

        status = new ProcessStatus(process, parent, user, filters);
        return process != 0;
    }

    private static int Number(string line)
    {
        string[] words = line.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? (int)value : 0;
    }
}
