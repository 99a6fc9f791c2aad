using System.Runtime.InteropServices;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Doctor;

/// <summary>Limits that programs under <c>ioasis run</c> meet, and whether there is a real /dev/iommu.</summary>
internal static unsafe class LimitChecks
{
    private const ulong FewDescriptors = 512;
    private const ulong LittleMemory = 64 << 20;

    public static Finding Descriptors()
    {
        const string Name = "RLIMIT_NOFILE";
        ulong limit = Limit(Linux.RLIMIT_NOFILE);
        return limit < FewDescriptors
            ? new(Name, Verdict.Limited, $"{limit}: emulated descriptors take the upper part of it", "Raise it: ulimit -n 4096")
            : new(Name, Verdict.Good, $"{limit}; files open at once: {DescriptorQuota.ForClients(limit)}, of which one client with its children gets half of what others leave");
    }

    public static Finding LockedMemory()
    {
        const string Name = "RLIMIT_MEMLOCK";
        ulong limit = Limit(Linux.RLIMIT_MEMLOCK);
        if (limit == ulong.MaxValue)
            return new(Name, Verdict.Good, "unlimited");
        return limit < LittleMemory
            ? new(Name, Verdict.Limited, $"{limit >> 10} KiB: a program can map so much for devices, as on a real kernel; more is ENOMEM (CAP_IPC_LOCK has no limit)",
                "Raise it as you would for real devices: ulimit -l unlimited")
            : new(Name, Verdict.Good, $"{limit >> 20} MiB");
    }

    public static Finding EngineMemory() => new(
        "memory for objects and mappings", Verdict.Good,
        $"{ProgramOptions.DefaultEngineMemory >> 20} MiB for each user, some 300 bytes an object and 200 a mapping; then ENOMEM (--engine-memory sets it)");

    public static Finding RealIommu()
    {
        const string Name = "a real /dev/iommu";
        if (!File.Exists("/dev/iommu"))
            return new(Name, Verdict.Good, "none, and none is needed");
        using Descriptor real = LibC.open("/dev/iommu", Linux.O_RDWR | Linux.O_CLOEXEC);
        return new(Name, Verdict.Good, real.IsInvalid
            ? $"there, not for this user (error {Marshal.GetLastPInvokeError()}); ours hides it from programs under ioasis run"
            : "there; ours hides it from programs under ioasis run");
    }

    private static ulong Limit(int resource)
    {
        rlimit limit;
        return LibC.prlimit64(0, resource, null, &limit) == 0 ? limit.rlim_cur : 0;
    }
}
