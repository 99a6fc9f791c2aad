using Ioasis.Devices.Machines;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Files;

/// <summary>A character device of the machine: its path and numbers, and how to open it. Immutable; any thread.</summary>
public sealed class DeviceNode
{
    private readonly OpenCall _open;

    internal DeviceNode(string path, uint major, uint minor, OpenCall open)
    {
        Path = path;
        Major = major;
        Minor = minor;
        _open = open;
    }

    /// <summary>open(2).</summary>
    internal delegate Errno OpenCall(out DeviceFile? file, ref Reason why);

    public string Path { get; }

    public uint Major { get; }

    public uint Minor { get; }

    /// <summary>Permission bits.</summary>
    public uint Mode { get; } = CharacterNumbers.Mode;

    /// <summary>open(2): a file of its own each time. The opener releases it.</summary>
    public Errno Open(out DeviceFile? file, ref Reason why)
    {
        file = null;
        Errno errno = FailurePoint.Allocate("open file", ref why);
        if (errno.Succeeded)
            errno = FailurePoint.Allocate("state of an open device", ref why);
        return errno.Failed ? errno : _open(out file, ref why);
    }
}
