using System.Globalization;

namespace Ioasis.Runner.Tests.Fuzz;

/// <summary>What a process holds that a supervisor could leak.</summary>
/// <param name="Descriptors">Where its descriptors lead, those that a runner has to do with, a line a kind with their number.</param>
/// <param name="Zombies">Children that have ended and that nobody has asked for.</param>
/// <param name="Memory">Resident bytes, after a collection.</param>
internal sealed record Held(string Descriptors, int Zombies, long Memory)
{
    public static Held ByThisProcess()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new Held(DescriptorKinds(), CountZombies(), Resident());
    }

    private static string DescriptorKinds()
    {
        string[] kinds = ["pidfd", "inotify", "seccomp", "eventfd", "memfd", "fuse", "/proc/", "pipe", "socket"];
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            string target = new FileInfo(path).LinkTarget ?? "";
            if (kinds.FirstOrDefault(kind => target.Contains(kind, StringComparison.Ordinal)) is { } kind)
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }

        return string.Join('\n', counts.Select(one => $"{one.Key} {one.Value}"));
    }

    private static int CountZombies()
    {
        int zombies = 0;
        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                continue;
            try
            {
                string text = File.ReadAllText(path + "/stat");
                string[] words = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                if (words[0] == "Z" && words[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
                    zombies++;
            }
            catch (IOException)
            {
                // It has gone.
            }
        }

        return zombies;
    }

    private static long Resident()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                return long.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture) << 10;
        }

        return 0;
    }
}
