namespace Ioasis.Engine.Work;

/// <summary>
/// Starts the threads of this system, every one of them: in the background, so that none keeps the process from ending; and none lets an
/// exception out, which would end the process, and with it the machine of every client.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public static class BackgroundThread
{
    /// <summary>Is told, in one line, of an exception that reached the end of a thread. Quick, and throws nothing. Null: nobody is.</summary>
    public static Action<string>? Complain { get; set; }

    /// <summary>Starts a thread, if one can be had: the system or the user's limit (ulimit -u) may have no room for another.</summary>
    /// <param name="name">Shown by debuggers and in complaints.</param>
    /// <param name="body">What it does; the thread ends with it.</param>
    /// <param name="stackBytes">Room for its stack; 0 for the usual.</param>
    /// <returns>Null when none can be started.</returns>
    public static Thread? TryStart(string name, Action body, int stackBytes = 0)
    {
        try
        {
            var thread = new Thread(() => Guard(name, body), stackBytes) { IsBackground = true, Name = name };
            thread.Start();
            return thread;
        }
        catch (Exception none) when (none is OutOfMemoryException or ThreadStartException)
        {
            return null;
        }
    }

    /// <summary>As <see cref="TryStart"/>.</summary>
    /// <exception cref="OutOfMemoryException">None can be started: the call that wanted it gives ENOMEM.</exception>
    public static Thread Start(string name, Action body, int stackBytes = 0) =>
        TryStart(name, body, stackBytes) ?? throw new InsufficientMemoryException($"no thread can be started for '{name}' (ulimit -u)");

    /// <summary>Does something on a thread of the runtime's (a timer's): an exception is told, and goes no further.</summary>
    /// <param name="name">Shown in complaints.</param>
    /// <param name="body">What is done.</param>
    public static void Guard(string name, Action body)
    {
        try
        {
            body();
        }
#pragma warning disable CA1031 // The end of every thread: whatever comes here goes no further.
        catch (Exception unexpected)
#pragma warning restore CA1031
        {
            Tell(name, unexpected);
        }
    }

    /// <summary>Tells of an exception that ends here. Throws nothing.</summary>
    /// <param name="name">Whose it was.</param>
    /// <param name="unexpected">The exception.</param>
    public static void Tell(string name, Exception unexpected)
    {
        try
        {
            Complain?.Invoke($"internal error: in '{name}': {unexpected}");
        }
#pragma warning disable CA1031 // There is nobody left to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
