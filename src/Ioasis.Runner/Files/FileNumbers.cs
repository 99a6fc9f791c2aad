namespace Ioasis.Runner.Files;

/// <summary>
/// Which descriptor numbers emulated files get in clients. They are set apart, so that the filter can recognise them: from
/// <see cref="First"/> up, as few above as possible, because fork copies a table up to the highest number in use.
/// </summary>
/// <remarks>
/// Ordinary files reach these numbers too, in a client that has as many open; their calls then stop and continue, which costs time and
/// nothing else. Below 1024, select(2) can still be used.
/// </remarks>
internal static class FileNumbers
{
    private const uint Preferred = 768;

    /// <summary>The lowest number for emulated files, inclusive.</summary>
    /// <param name="softLimit">RLIMIT_NOFILE (soft) with which the program starts.</param>
    public static uint First(ulong softLimit) => softLimit >= Preferred + (Preferred / 3) ? Preferred : (uint)(softLimit / 4 * 3);
}
