using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>
/// The rights to files of a client's thread, taken on by this one for a moment: what we do with files of the host on a client's behalf it
/// could have done itself. Where both have the same user and group, which is the rule, nothing is done.
/// </summary>
/// <remarks>
/// setfsuid(2) and the raw setgroups(2) hold for one thread. The kernel takes away the capabilities that concern files while the user is
/// not root, and gives them back after.
/// </remarks>
internal unsafe ref struct ClientIdentity : IDisposable
{
    private const uint Nobody = uint.MaxValue - 1;

    private static readonly uint[] s_groups = OwnGroups();

    private uint _user, _group;
    private uint[]? _groups;
    private bool _changed;

    /// <summary>The user that the client's rights to files go by.</summary>
    public uint User { get; private init; }

    /// <summary>It is root, and passes over permissions.</summary>
    public readonly bool IsRoot => User == 0;

    /// <summary>Takes on a client's rights; to be disposed by the same thread.</summary>
    /// <param name="thread">A thread that waits for us to answer. When it is gone it has no rights at all.</param>
    public static ClientIdentity Assume(int thread)
    {
        if (!ProcessStatus.TryReadRights(thread, out uint user, out uint group))
            user = group = Nobody;
        var identity = new ClientIdentity { User = user };
        uint ownUser = LibC.geteuid(), ownGroup = LibC.getegid();
        if (user == ownUser && group == ownGroup)
            return identity;
        identity._groups = s_groups; // read before this thread's are left out
        identity._user = ownUser;
        identity._group = ownGroup;
        identity._changed = true;
        if (ownUser == 0)
            _ = LibC.syscall(Syscalls.SyscallTable.Native.SetGroups, 0, 0, 0, 0, 0); // its own groups are left out: less, never more
        _ = LibC.setfsgid(group);
        _ = LibC.setfsuid(user);
        return identity;
    }

    public readonly void Dispose()
    {
        if (!_changed)
            return;
        _ = LibC.setfsuid(_user);
        _ = LibC.setfsgid(_group);
        if (_user == 0)
        {
            fixed (uint* groups = _groups)
                _ = LibC.syscall(Syscalls.SyscallTable.Native.SetGroups, _groups!.Length, (nint)groups, 0, 0, 0);
        }
    }

    private static uint[] OwnGroups()
    {
        int count = LibC.getgroups(0, null);
        var groups = new uint[Math.Max(count, 0)];
        fixed (uint* into = groups)
            _ = LibC.getgroups(groups.Length, into);
        return groups;
    }
}
