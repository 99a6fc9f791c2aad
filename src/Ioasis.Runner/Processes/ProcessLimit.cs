using System.Globalization;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>Resource limits of other processes.</summary>
internal static unsafe class ProcessLimit
{
    /// <summary>Reads a soft limit.</summary>
    /// <param name="id">A process or thread.</param>
    /// <param name="resource">RLIMIT_NOFILE or RLIMIT_MEMLOCK.</param>
    /// <param name="soft">The limit; <see cref="ulong.MaxValue"/> for none.</param>
    /// <returns>False when there is no such process.</returns>
    public static bool TryGet(int id, int resource, out ulong soft)
    {
        rlimit limit;
        if (LibC.prlimit64(id, resource, null, &limit) == 0)
        {
            soft = limit.rlim_cur;
            return true;
        }

        // Another user's process, and we lack CAP_SYS_RESOURCE, as root in a container does. Everybody may read this:
        return TryReadText(id, resource == Linux.RLIMIT_NOFILE ? "Max open files" : "Max locked memory", out soft);
    }

    /// <summary>"NAME    SOFT    HARD    UNIT".</summary>
    private static bool TryReadText(int id, string name, out ulong soft)
    {
        soft = ulong.MaxValue;
        try
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/limits");
            string line = File.ReadLines(path).First(line => line.StartsWith(name, StringComparison.Ordinal));
            string value = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return value == "unlimited" || ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out soft);
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
