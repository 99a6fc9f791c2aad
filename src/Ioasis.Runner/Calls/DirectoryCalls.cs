using System.Buffers;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers getdents64 for a directory that has device nodes in it, and for one that the host has too. Our copy of the descriptor shares the
/// client's position, so we list for it. The real files that stand for device nodes are regular ones; a listing says so, and programs that
/// look for devices believe it: the kinds are corrected. Of a shared directory the host's entries come first, without those that ours
/// hide, and then ours.
/// </summary>
/// <remarks>
/// Whether a listing has come to ours is part of its open file, as the position is: the signal number of fcntl(2), which means nothing for a
/// directory, is <see cref="AtOurs"/> then, and the position counts our entries. Where an empty directory of the kernel's (a mount point
/// with nothing on it, such as /sys/kernel/debug) takes no such position, the signal number counts them itself.
/// </remarks>
internal sealed unsafe class DirectoryCalls(Emulation emulation)
{
    private const int MostBytes = 64 * 1024;
    private const int AtOurs = 1, LargestSignal = 64;

    /// <summary>What telldir(3) gives among our entries: no filesystem of the host counts so.</summary>
    private const long OwnPositions = 1L << 62;

    public void AnswerList(in seccomp_notif call, PathNode directory, int descriptor, ulong into, ulong room)
    {
        using Descriptor copy = DescriptorCopy.Of(call.pid, descriptor);
        if (copy.IsInvalid)
        {
            emulation.Listener.Continue(in call);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        fixed (byte* entries = buffer)
        {
            nint bytes = LibC.syscall(
                emulation.Table.GetDents64, copy.Number, (nint)entries, (nint)Math.Min(room, MostBytes), 0, 0);
            if (bytes < 0)
            {
                emulation.Listener.Fail(in call, System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
            }
            else
            {
                CorrectKinds(directory, buffer.AsSpan(0, (int)bytes));
                if (bytes == 0 || CallMemory.Write(emulation.Listener, in call, into, entries, (int)bytes))
                    emulation.Listener.Return(in call, bytes);
                else
                    emulation.Listener.Fail(in call, Linux.EFAULT);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Lists a directory of the host with our entries in it.</summary>
    public void AnswerSharedList(in seccomp_notif call, PathNode directory, int descriptor, ulong into, ulong room)
    {
        using Descriptor copy = DescriptorCopy.Of(call.pid, descriptor);
        if (copy.IsInvalid)
        {
            emulation.Listener.Continue(in call); // the host's entries, at least
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        Span<byte> entries = buffer.AsSpan(0, (int)Math.Min(room, MostBytes));
        int error = ListShared(directory, copy, entries, out int bytes);
        fixed (byte* from = buffer)
        {
            if (error != 0)
                emulation.Listener.Fail(in call, error);
            else if (bytes == 0 || CallMemory.Write(emulation.Listener, in call, into, from, bytes))
                emulation.Listener.Return(in call, bytes);
            else
                emulation.Listener.Fail(in call, Linux.EFAULT);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Answers lseek on such a directory: a position that telldir(3) gave, or the beginning.</summary>
    public void AnswerSeek(in seccomp_notif call, int descriptor, long offset, int from)
    {
        using Descriptor copy = DescriptorCopy.Of(call.pid, descriptor);
        long own = copy.IsInvalid ? -1 : PositionAmongOurs(copy);
        if (from == Linux.SEEK_SET && offset >= OwnPositions && offset - OwnPositions <= int.MaxValue && !copy.IsInvalid)
        {
            SetPositionAmongOurs(copy, offset - OwnPositions);
            emulation.Listener.Return(in call, offset);
        }
        else if (from == Linux.SEEK_CUR && offset == 0 && own >= 0)
        {
            emulation.Listener.Return(in call, OwnPositions + own);
        }
        else
        {
            if (own >= 0)
                _ = LibC.fcntl(copy, Linux.F_SETSIG, 0);
            emulation.Listener.Continue(in call);
        }
    }

    private int ListShared(PathNode directory, Descriptor copy, Span<byte> into, out int bytes)
    {
        bytes = 0;
        long next = PositionAmongOurs(copy);
        if (next < 0)
        {
            fixed (byte* entries = into)
            {
                while (true)
                {
                    nint read = LibC.syscall(emulation.Table.GetDents64, copy.Number, (nint)entries, into.Length, 0, 0);
                    if (read < 0)
                        return System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
                    if (read == 0)
                        break;
                    bytes = WithoutHidden(directory, into[..(int)read]);
                    if (bytes != 0)
                        return 0;
                }
            }

            next = 0;
        }

        PathNode[] own = [.. directory.Children.Where(child => child.IsInList).OrderBy(child => child.Name, StringComparer.Ordinal)];
        for (; next < own.Length; next++)
        {
            PathNode node = own[next];
            byte[] name = System.Text.Encoding.UTF8.GetBytes(node.Name);
            int size = DirectoryEntries.SizeOf(name.Length);
            if (bytes + size > into.Length)
                break;
            ulong inode = emulation.Material.TryStandOf(node, out StandIn? stand) ? stand.Id.Inode : 1;
            DirectoryEntries.Write(into.Slice(bytes, size), inode, OwnPositions + next + 1, KindOf(node), name);
            bytes += size;
        }

        if (bytes == 0 && next < own.Length)
            return Linux.EINVAL; // no room for one
        SetPositionAmongOurs(copy, next);
        return 0;
    }

    /// <summary>How many of our entries have been listed; -1 while the host's are.</summary>
    private static long PositionAmongOurs(Descriptor copy)
    {
        int signal = LibC.fcntl(copy, Linux.F_GETSIG, 0);
        return signal < AtOurs ? -1 : signal > AtOurs ? signal - AtOurs : LibC.lseek(copy, 0, Linux.SEEK_CUR);
    }

    private static void SetPositionAmongOurs(Descriptor copy, long listed)
    {
        bool isTaken = LibC.lseek(copy, listed, Linux.SEEK_SET) == listed;
        _ = LibC.fcntl(copy, Linux.F_SETSIG, isTaken ? AtOurs : (int)Math.Min(AtOurs + listed, LargestSignal));
    }

    /// <summary>Takes out the host's entries in whose place a client sees ours.</summary>
    /// <returns>Bytes that are left.</returns>
    private static int WithoutHidden(PathNode directory, Span<byte> entries)
    {
        int kept = 0;
        var list = new DirectoryEntries(entries);
        while (list.MoveNext())
        {
            if (directory.TryGetChild(System.Text.Encoding.UTF8.GetString(list.Name), out PathNode child) && child.IsInList)
                continue;
            list.Bytes.CopyTo(entries[kept..]);
            kept += list.Bytes.Length;
        }

        return kept;
    }

    private static byte KindOf(PathNode node) => node.Kind switch
    {
        PathKind.Directory => Linux.DT_DIR,
        PathKind.Link => Linux.DT_LNK,
        PathKind.Device => Linux.DT_CHR,
        _ => Linux.DT_REG,
    };

    private static void CorrectKinds(PathNode directory, Span<byte> entries)
    {
        var list = new DirectoryEntries(entries);
        while (list.MoveNext())
        {
            if (directory.TryGetChild(System.Text.Encoding.UTF8.GetString(list.Name), out PathNode child) && child.Kind == PathKind.Device)
                list.Kind = Linux.DT_CHR;
        }
    }
}
