using System.Runtime.InteropServices;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>
/// The real file for which a client's call is made by us: the stand-in of a node, held by a descriptor, or a file of the host that was
/// reached by way of the tree. Calls on it are made with the client's own rights (<see cref="ClientIdentity"/>).
/// </summary>
internal unsafe ref struct Substitute : IDisposable
{
    private readonly Descriptor? _held;
    private ProcPath _name;
    private readonly byte* _hostPath;

    private Substitute(Descriptor? held, byte* hostPath)
    {
        _held = held;
        _hostPath = hostPath;
        if (held is not null)
            _name = ProcPath.Own(held.Number);
    }

    /// <summary>There is one.</summary>
    public readonly bool IsThere => _hostPath is not null || _held is { IsInvalid: false };

    /// <summary>It is a stand-in, and is what it is only for what is behind it.</summary>
    public readonly bool IsStandIn => _held is not null;

    /// <summary>A path that leads to it, when a link at its end is followed. Zero at the end; keep this in a local variable meanwhile.</summary>
    public byte* Path => _hostPath is not null ? _hostPath : _name.Text;

    /// <summary>Of a stand-in: the descriptor, opened for its path only.</summary>
    public readonly int Descriptor => _held!.Number;

    /// <summary>Of a file of the host.</summary>
    public static Substitute OfHost(ClientPaths paths) => new(null, paths.HostPath);

    /// <summary>Of a node.</summary>
    public static Substitute Of(MaterialTree material, PathNode node)
    {
        if (!material.TryStandOf(node, out StandIn? stand))
            return default;
        fixed (byte* path = stand.Path)
        {
            int flags = Linux.O_PATH | Linux.O_CLOEXEC | Syscalls.SyscallTable.Native.O_NOFOLLOW;
            return new Substitute(new Descriptor(LibC.openat(material.Root, path, flags)), null);
        }
    }

    /// <summary>0, or the error number of the call of ours that gave this.</summary>
    public static int ErrorOf(nint result) => result < 0 ? Marshal.GetLastPInvokeError() : 0;

    public readonly void Dispose() => _held?.Dispose();
}
