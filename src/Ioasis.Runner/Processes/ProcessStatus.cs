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

    /// <summary>By which user and group a thread's rights to files go: the last numbers of Uid and Gid.</summary>
    public static bool TryReadRights(int thread, out uint user, out uint group)
    {
        user = group = 0;
        bool found = false;
        try
        {
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{thread}/status")))
            {
                if (line.StartsWith("Uid:", StringComparison.Ordinal))
                    user = uint.Parse(line.AsSpan(line.LastIndexOf('\t') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
                if (!line.StartsWith("Gid:", StringComparison.Ordinal))
                    continue;
                group = uint.Parse(line.AsSpan(line.LastIndexOf('\t') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
                found = true;
                break;
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        return found;
    }

    /// <summary>The permission bits that a thread has left out of what it makes (umask(2)).</summary>
    public static uint Mask(int thread)
    {
        try
        {
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{thread}/status")))
            {
                if (line.StartsWith("Umask:", StringComparison.Ordinal))
                    return Convert.ToUInt32(line["Umask:".Length..].Trim(), 8);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The call is nobody's any more.
        }

        return 0x3f; // 077
    }

    private static int Number(string line)
    {
        string[] words = line.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? (int)value : 0;
    }
}
