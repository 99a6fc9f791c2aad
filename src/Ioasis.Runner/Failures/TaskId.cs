using System.Globalization;

namespace Ioasis.Runner.Failures;

/// <summary>One thread, and never a later one with the same number: when it started is part of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Started">When it started, in clock ticks after the system did.</param>
internal readonly record struct TaskId(int Id, ulong Started)
{
    public bool IsRunning => TryFind(Id, out TaskId now) && now == this;

    /// <summary>The thread that has a number now.</summary>
    public static bool TryFind(int id, out TaskId task)
    {
        const int StartedAfterName = 19; // field 22 of proc_pid_stat(5); the name is field 2 and may hold anything
        task = default;
        try
        {
            string text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            string[] words = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length <= StartedAfterName || !ulong.TryParse(words[StartedAfterName], NumberStyles.None, CultureInfo.InvariantCulture, out ulong started))
                return false;
            task = new TaskId(id, started);
            return true;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
