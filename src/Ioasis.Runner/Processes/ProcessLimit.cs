using System.Globalization;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>A resource limit of a process: what counts (soft), and how far the process may raise that (hard).</summary>
internal readonly record struct ProcessLimit(ulong Soft, ulong Hard)
{
    public static ProcessLimit None => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Reads a limit.</summary>
    /// <param name="id">A process or thread.</param>
    /// <param name="resource">RLIMIT_NOFILE or RLIMIT_MEMLOCK.</param>
    /// <param name="found">The limit; <see cref="ulong.MaxValue"/> for none.</param>
    /// <returns>False when there is no such process.</returns>
    public static unsafe bool TryGet(int id, int resource, out ProcessLimit found)
    {
        rlimit limit;
        if (LibC.prlimit64(id, resource, null, &limit) == 0)
        {
            found = new(limit.rlim_cur, limit.rlim_max);
            return true;
        }

        // Another user's process, and we lack CAP_SYS_RESOURCE, as root in a container does. Everybody may read this:
        return TryReadText(id, resource == Linux.RLIMIT_NOFILE ? "Max open files" : "Max locked memory", out found);
    }

    /// <summary>Reads what counts.</summary>
    /// <inheritdoc cref="TryGet(int, int, out ProcessLimit)"/>
    public static bool TryGet(int id, int resource, out ulong soft)
    {
        bool isThere = TryGet(id, resource, out ProcessLimit found);
        soft = found.Soft;
        return isThere;
    }

    /// <summary>"NAME    SOFT    HARD    UNIT".</summary>
    private static bool TryReadText(int id, string name, out ProcessLimit found)
    {
        found = None;
        try
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/limits");
            string line = File.ReadLines(path).First(line => line.StartsWith(name, StringComparison.Ordinal));
            string[] values = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!TryReadValue(values[0], out ulong soft) || !TryReadValue(values[1], out ulong hard))
                return false;
            found = new(soft, hard);
            return true;
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool TryReadValue(string text, out ulong value)
    {
        value = ulong.MaxValue;
        return text == "unlimited" || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
