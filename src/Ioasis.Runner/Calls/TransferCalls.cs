using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Failures;
using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>Answers read and write in all their forms on emulated files.</summary>
internal sealed unsafe class TransferCalls(Emulation emulation, Caller caller)
{
    private const int MostPieces = 1024; // UIO_MAXIOV
    private const ulong MostBytes = 0x7ffff000; // what read(2) and write(2) transfer at most

    private readonly iovec[] _pieces = new iovec[MostPieces];

    /// <summary>Serves one. <see cref="Caller"/> has been set.</summary>
    public void Serve(in seccomp_notif call, Syscalls.Call kind, OpenFile file)
    {
        var arguments = new CallArguments(in call);
        bool writes = kind is Write or PWrite64 or WriteV or PWriteV or PWriteV2;
        bool inPieces = kind is ReadV or WriteV or PReadV or PWriteV or PReadV2 or PWriteV2;
        bool atPosition = kind is Read or Write or ReadV or WriteV || (kind is PReadV2 or PWriteV2 && arguments[3] == ulong.MaxValue);
        if (!file.Allows(writes))
        {
            Refuse(in call, Linux.EBADF);
            return;
        }

        if (!atPosition && (long)arguments[3] < 0)
        {
            Refuse(in call, Linux.EINVAL);
            return;
        }

        int pieces = inPieces ? ReadPieces(arguments[1], arguments[2]) : One(arguments[1], arguments[2]);
        if (pieces < 0)
        {
            Refuse(in call, -pieces);
            return;
        }

        bool hasNoPosition = file.File is QueueFile;
        if (hasNoPosition && !atPosition)
        {
            Refuse(in call, Linux.ESPIPE);
            return;
        }

        Reason why = default;
        Task? pending = null;
        ulong offset = hasNoPosition ? 0 : atPosition ? file.Position : arguments[3];
        Errno errno = Transfer(file, writes, pieces, offset, out long total, ref pending, ref why);
        if (atPosition && !hasNoPosition && total != 0 && !(writes && file.File is FailNthFile))
            file.Advance(total);

        caller.Leave();
        if (errno.Failed && total == 0)
        {
            Explain(in call, file, writes, errno, in why, offset);
            emulation.Listener.Fail(in call, (int)errno.Code);
        }
        else if (pending is null or { IsCompleted: true })
            emulation.Listener.Return(in call, total);
        else
            ReturnLater(call, total, pending);
    }

    private void Refuse(in seccomp_notif call, int error)
    {
        caller.Leave();
        emulation.Listener.Fail(in call, error);
    }

    /// <summary>The client's call goes on when the task ends: no thread waits for it.</summary>
    private void ReturnLater(seccomp_notif call, long total, Task pending) =>
        _ = pending.ContinueWith(_ => emulation.Listener.Return(in call, total), TaskScheduler.Default);

    /// <summary>Piece by piece, until one comes out short: as the kernel does for files that know no vectors.</summary>
    private Errno Transfer(OpenFile file, bool writes, int pieces, ulong offset, out long total, ref Task? pending, ref Reason why)
    {
        total = 0;
        for (int i = 0; i < pieces; i++)
        {
            ulong address = (ulong)_pieces[i].iov_base;
            ulong count = Math.Min(_pieces[i].iov_len, MostBytes - (ulong)total);
            if (count == 0 && pieces > 1)
                continue;
            Errno errno = !writes ? file.File.Read(caller, address, count, offset + (ulong)total, out long done, ref why)
                : file.File is AttributeFile attribute ? attribute.Begin(caller, address, count, out done, ref pending, ref why)
                : file.File.Write(caller, address, count, offset + (ulong)total, out done, ref why);
            if (errno.Failed)
                return errno;
            total += done;
            if ((ulong)done < count)
                break;
        }

        return Errno.Success;
    }

    private int One(ulong address, ulong count)
    {
        _pieces[0] = new iovec { iov_base = (void*)address, iov_len = (nuint)count };
        return 1;
    }

    /// <returns>How many, or an error number with a minus sign.</returns>
    private int ReadPieces(ulong address, ulong count)
    {
        if (count > MostPieces)
            return -Linux.EINVAL;
        int bytes = (int)count * sizeof(iovec);
        fixed (iovec* pieces = _pieces)
        {
            if (caller.Memory.Read(new HostAddress(address), new Span<byte>(pieces, bytes)) != bytes)
                return -Linux.EFAULT;
        }

        return (int)count;
    }

    private void Explain(in seccomp_notif call, OpenFile file, bool writes, Errno errno, in Reason why, ulong offset)
    {
        if (emulation.Explainer.Listens)
            emulation.Explainer.CallEnded(call.pid, $"{(writes ? "write" : "read")}({file.Node.Path}, offset 0x{offset:x})", errno, in why);
    }
}
