using System.Runtime.InteropServices;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers the calls on extended attributes. Our files have none: what is left is to say so as devtmpfs and sysfs do, after the checks that
/// the kernel makes first (xattr(7), fs/xattr.c).
/// </summary>
internal sealed unsafe class AttributeCalls(Emulation emulation, ClientPaths paths)
{
    private const int LongestName = 255;
    private const ulong LargestValue = 65536;

    private readonly byte[] _name = new byte[LongestName + 1];

    public void Serve(in seccomp_notif call)
    {
        Syscalls.Call kind = emulation.Table.CallOf(call.data.nr);
        var arguments = new CallArguments(in call);
        bool follow = kind is SetXAttr or GetXAttr or ListXAttr or RemoveXAttr;
        Place place = paths.Find(call.pid, Linux.AT_FDCWD, arguments[0], follow);
        if (place.Error != 0)
            emulation.Listener.Fail(in call, place.Error);
        else if (place.IsDetour)
            AnswerHost(in call, kind, follow);
        else if (place.IsOurs)
            Answer(in call, kind, place.Node!);
        else
            emulation.Listener.Continue(in call);
    }

    /// <summary>On a node, by path or by descriptor.</summary>
    public void Answer(in seccomp_notif call, PathNode node) => Answer(in call, emulation.Table.CallOf(call.data.nr), node);

    private void Answer(in seccomp_notif call, Syscalls.Call kind, PathNode node)
    {
        if (kind is ListXAttr or LListXAttr or FListXAttr)
        {
            emulation.Listener.Return(in call, 0);
            return;
        }

        emulation.Listener.Fail(in call, ErrorOf(in call, kind, node));
    }

    private int ErrorOf(in seccomp_notif call, Syscalls.Call kind, PathNode node)
    {
        const ulong KnownFlags = 3; // XATTR_CREATE, XATTR_REPLACE
        var arguments = new CallArguments(in call);
        bool sets = kind is SetXAttr or LSetXAttr or FSetXAttr;
        bool writes = sets || kind is RemoveXAttr or LRemoveXAttr or FRemoveXAttr;
        if (sets && (arguments[4] & ~KnownFlags) != 0)
            return Linux.EINVAL;
        int length;
        fixed (byte* into = _name)
            length = CallMemory.ReadText(call.pid, arguments[1], into, _name.Length);
        if (length < 0)
            return CallMemory.IsReadable(call.pid, arguments[1]) ? Linux.ERANGE : Linux.EFAULT;
        if (length == 0)
            return Linux.ERANGE;
        if (sets && arguments[3] > LargestValue)
            return Linux.E2BIG;

        ReadOnlySpan<byte> name = _name.AsSpan(0, length);
        using ClientIdentity identity = ClientIdentity.Assume(call.pid);
        bool isSysfs = node.IsSysfs;
        bool isUser = name.StartsWith("user."u8), isTrusted = name.StartsWith("trusted."u8), isSecurity = name.StartsWith("security."u8);
        if (isTrusted && !identity.IsRoot)
            return writes ? Linux.EPERM : Linux.ENODATA;
        if (isUser && node.Kind is not (PathKind.Text or PathKind.Directory))
            return writes ? Linux.EPERM : Linux.ENODATA;
        bool isChecked = !isTrusted && !isSecurity && !name.StartsWith("system."u8);
        if (isChecked && !identity.IsRoot && !MayAccess(node, writes, identity.User))
            return Linux.EACCES;
        if (isSecurity && writes && !identity.IsRoot)
            return Linux.EPERM;
        return isSysfs && !writes && (isUser || isTrusted || isSecurity) ? Linux.ENODATA : Linux.EOPNOTSUPP;
    }

    /// <summary>By the permission bits of a file that belongs to root, whoever it is that runs us.</summary>
    private static bool MayAccess(PathNode node, bool writes, uint user) => user == 0 || (node.Mode & (writes ? 2u : 4u)) != 0;

    /// <summary>On a file of the host, by way of the tree.</summary>
    private void AnswerHost(in seccomp_notif call, Syscalls.Call kind, bool follow)
    {
        var arguments = new CallArguments(in call);
        bool lists = kind is ListXAttr or LListXAttr;
        bool gets = kind is GetXAttr or LGetXAttr;
        ulong into = arguments[lists ? 1 : 2];
        int room = (int)Math.Min(arguments[lists ? 2 : 3], LargestValue);
        bool named = lists;
        fixed (byte* name = _name)
            named = named || CallMemory.ReadText(call.pid, arguments[1], name, _name.Length) >= 0;
        if (!named || (!lists && !gets))
        {
            emulation.Listener.Fail(in call, named ? Linux.EPERM : Linux.EFAULT);
            return;
        }

        byte* value = (byte*)NativeMemory.Alloc((nuint)Math.Max(room, 1));
        nint result;
        int error;
        using (ClientIdentity.Assume(call.pid))
        {
            fixed (byte* name = _name)
            {
                Syscalls.Call own = lists ? (follow ? ListXAttr : LListXAttr) : follow ? GetXAttr : LGetXAttr;
                int number = emulation.Table.NumberOf(own);
                result = lists
                    ? LibC.syscall(number, (nint)paths.HostPath, (nint)value, room, 0, 0)
                    : LibC.syscall(number, (nint)paths.HostPath, (nint)name, (nint)value, room, 0);
                error = Substitute.ErrorOf(result);
            }
        }

        if (error != 0)
            emulation.Listener.Fail(in call, error);
        else if (room == 0 || result == 0 || CallMemory.Write(emulation.Listener, in call, into, value, (int)result))
            emulation.Listener.Return(in call, result);
        else
            emulation.Listener.Fail(in call, Linux.EFAULT);
        NativeMemory.Free(value);
    }
}
