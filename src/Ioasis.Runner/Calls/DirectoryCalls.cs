using System.Buffers;
using Ioasis.Runner.Native;
using Ioasis.Runner.Paths;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Calls;

/// <summary>
/// Answers getdents64 for a directory that has device nodes in it. The real files there are regular ones; a listing says so, and
/// programs that look for devices believe it. Our copy of the descriptor shares the client's position, so we list for it and correct the
/// kinds.
/// </summary>
internal sealed unsafe class DirectoryCalls(Emulation emulation)
{
    private const byte DT_CHR = 2;
    private const int MostBytes = 64 * 1024;

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

    private static void CorrectKinds(PathNode directory, Span<byte> entries)
    {
        var list = new DirectoryEntries(entries);
        while (list.MoveNext())
        {
            if (directory.TryGetChild(System.Text.Encoding.UTF8.GetString(list.Name), out PathNode child) && child.Kind == PathKind.Device)
                list.Kind = DT_CHR;
        }
    }
}
