using System.Collections.Concurrent;
using Ioasis.Engine.Failures;

namespace Ioasis.Runner.Failures;

/// <summary>
/// The failure countdowns of clients' threads, which they set through <see cref="FailNthFile"/>, and the one of the whole run.
/// </summary>
/// <remarks>Thread-safe. A thread that starts has none, as on Linux; one that runs another program keeps its own.</remarks>
/// <param name="all">Counts for threads that have none of their own under way; null for none.</param>
internal sealed class TaskFailures(FailureCountdown? all)
{
    // Null until a thread sets one, which few programs do.
    private ConcurrentDictionary<int, Countdown>? _byThread;

    private readonly record struct Countdown(TaskId Task, FailureCountdown Places);

    /// <summary>The countdown that a thread's calls are under; null when there is none.</summary>
    /// <param name="thread">A thread that waits for us to answer.</param>
    public FailureCountdown? Of(int thread)
    {
        if (Volatile.Read(ref _byThread) is not { } known || !known.TryGetValue(thread, out Countdown found) || found.Places.Left == 0)
            return all;
        return found.Task.IsRunning ? found.Places : all;
    }

    /// <summary>What a thread has left to count; 0 when it has no countdown.</summary>
    public uint Left(TaskId task) =>
        Volatile.Read(ref _byThread) is { } known && known.TryGetValue(task.Id, out Countdown found) && found.Task == task ? found.Places.Left : 0;

    /// <summary>Sets a thread's countdown.</summary>
    public void Set(TaskId task, uint left)
    {
        ConcurrentDictionary<int, Countdown> known = LazyInitializer.EnsureInitialized(ref _byThread, static () => new())!;
        Countdown found = known.AddOrUpdate(
            task.Id, _ => new Countdown(task, new FailureCountdown()), (_, old) => old.Task == task ? old : new Countdown(task, new FailureCountdown()));
        found.Places.Left = left;
        if (left == 0)
            ForgetEnded(known);
    }

    /// <summary>As many entries stay as there are threads that have one, about.</summary>
    private static void ForgetEnded(ConcurrentDictionary<int, Countdown> known)
    {
        if (known.Count < 64 || !int.IsPow2(known.Count))
            return;
        foreach (KeyValuePair<int, Countdown> entry in known)
        {
            if (!entry.Value.Task.IsRunning)
                known.TryRemove(entry);
        }
    }
}
