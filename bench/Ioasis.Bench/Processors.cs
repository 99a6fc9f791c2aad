using System.Runtime.InteropServices;

namespace Ioasis.Bench;

/// <summary>Which processors the calling thread may run on. Does nothing where that cannot be set.</summary>
internal static partial class Processors
{
    private static readonly ulong s_allowed = Allowed();

    /// <summary>Keeps the thread on one of the processors that this program was given, the <paramref name="index"/>th from the last.</summary>
    public static void Pin(int index = 0)
    {
        ulong left = s_allowed;
        for (; index > 0; index--)
            left &= ~Last(left);
        Set(Last(left));
    }

    /// <summary>Lets the thread run on all of them again; what it starts inherits that.</summary>
    public static void Unpin() => Set(s_allowed);

    private static ulong Last(ulong processors) => processors == 0 ? 0 : 1ul << (63 - (int)ulong.LeadingZeroCount(processors));

    private static ulong Allowed()
    {
        ulong allowed = 0;
        return OperatingSystem.IsLinux() && SchedGetAffinity(0, sizeof(ulong), ref allowed) >= 0 ? allowed : 0;
    }

    private static void Set(ulong processors)
    {
        if (processors != 0)
            _ = SchedSetAffinity(0, sizeof(ulong), ref processors);
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SchedSetAffinity(int thread, nint size, ref ulong mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int SchedGetAffinity(int thread, nint size, ref ulong mask);
}
