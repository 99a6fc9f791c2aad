using System.Globalization;

namespace Ioasis.Runner.Processes;

/// <summary>
/// The processes below this one: all that it started and all that they started, as this process adopts those whose parent has ended.
/// </summary>
internal static class Descendants
{
    public static List<int> OfThisProcess()
    {
        var children = new Dictionary<int, List<int>>();
        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) || !TryReadParent(path, out int parent))
                continue;
            if (!children.TryGetValue(parent, out List<int>? siblings))
                children.Add(parent, siblings = []);
            siblings.Add(id);
        }

        var found = new List<int>();
        Add(Environment.ProcessId);
        return found;

        void Add(int parent)
        {
            foreach (int child in children.GetValueOrDefault(parent, []))
            {
                found.Add(child);
                Add(child);
            }
        }
    }

    /// <summary>Whether a process is below this one.</summary>
    public static bool HasThisProcess(ProcessStatus process)
    {
        while (process.Parent > 1 && process.Parent != Environment.ProcessId)
        {
            if (!ProcessStatus.TryRead(process.Parent, out process))
                return false;
        }

        return process.Parent == Environment.ProcessId;
    }

    /// <summary>/proc/ID/stat: "ID (NAME) STATE PARENT …"; the name may hold anything.</summary>
    private static bool TryReadParent(string path, out int parent)
    {
        parent = 0;
        try
        {
            string text = File.ReadAllText(path + "/stat");
            string[] words = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.Length > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out parent);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
