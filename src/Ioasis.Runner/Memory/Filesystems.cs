using System.Collections.Concurrent;
using System.Globalization;
using Ioasis.Runner.Files;

namespace Ioasis.Runner.Memory;

/// <summary>
/// Which mounted filesystems keep the pages of their files in memory for good. Linux pins shared, writable pages of other files for
/// no device (since 6.5), as it writes them back behind the device's back. Thread-safe.
/// </summary>
internal sealed class Filesystems
{
    private readonly ConcurrentDictionary<(uint Major, uint Minor), bool> _known = new();

    /// <summary>True also for what is mounted nowhere: memfd, MAP_SHARED|MAP_ANONYMOUS, System V shared memory.</summary>
    public bool KeepsPagesInMemory(FileId file) => _known.GetOrAdd((file.DeviceMajor, file.DeviceMinor), Look);

    private static bool Look((uint Major, uint Minor) device)
    {
        string wanted = string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor}");
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            // ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS] - TYPE SOURCE OPTIONS
            string[] words = line.Split(' ');
            int dash = Array.IndexOf(words, "-");
            if (dash > 0 && dash + 1 < words.Length && words[2] == wanted)
                return words[dash + 1] is "tmpfs" or "devtmpfs" or "ramfs" or "hugetlbfs";
        }

        return true;
    }
}
