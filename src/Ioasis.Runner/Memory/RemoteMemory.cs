using System.Runtime.InteropServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Runner.Memory;

/// <summary>
/// The memory of another process, held by an open /proc/PID/mem: that file stands for one memory and no other, and reads
/// nothing when the process has ended or runs another program.
/// </summary>
/// <remarks>
/// Two ways lead there. The <em>exact</em> one goes through that file; as the kernel lets debuggers write there to what the
/// process itself cannot write, each mapping is asked for its permissions first. It is the faster one up to two pages. The
/// <em>fast</em> one (process_vm_readv and process_vm_writev) goes by the process's number: it checks that the process lives (pidfd;
/// after reading, so that what was read is surely the process's; before writing) and is closed while the process may be running
/// another program (<see cref="FastPath"/>). Where a container forbids those calls there is the exact way only.
/// </remarks>
internal sealed unsafe partial class RemoteMemory : ClientMemory, IDisposable
{
    /// <summary>Copies up to this length take the exact way. Measured: one or two pages.</summary>
    private const int ExactLength = 8192;

    /// <summary>
    /// An address that no process has, so that to ask there never waits for a page: not canonical on x86-64, and the kernel's on arm64, also
    /// when the bits that either lets programs put into pointers are taken away. Positive, as a file's offset must be.
    /// </summary>
    private const ulong NobodysAddress = 0x4180_0000_0000_0000;

    /// <summary>Bytes that one system call copies at most, so that closing the fast path does not wait for long.</summary>
    private const int Chunk = 1 << 20;

    private readonly Descriptor _memory;
    private readonly MemoryMap _map;
    private readonly RemoteMemories _all;
    private FastPath _fastPath;

    public RemoteMemory(ClientProcess process, RemoteMemories all, Descriptor memory, MemoryMap map)
        : base(process.Owner)
    {
        Process = process;
        _all = all;
        _memory = memory;
        _map = map;
    }

    /// <summary>Whose number the fast path uses.</summary>
    public ClientProcess Process { get; }

    public MemoryMap Map => _map;

    /// <summary>Processes that are known to use it. Under the lock of <see cref="RemoteMemories"/>.</summary>
    public int Users { get; set; }

    /// <summary>The descriptors are closed; nothing is reached any more.</summary>
    public bool IsDisposed => _memory.IsClosed;

    /// <inheritdoc/>
    public override bool IsAlive
    {
        get
        {
            // A memory that is there gives EIO where nothing can be mapped, which asks no page of it; one that is gone gives 0 bytes.
            byte unused;
            if (!TryHold(_memory))
                return false;
            nint count = LibC.pread(_memory, &unused, 1, NobodysAddress);
            _memory.DangerousRelease();
            return count != 0;
        }
    }

    /// <inheritdoc/>
    public override int Read(HostAddress from, Span<byte> into)
    {
        fixed (byte* local = into)
            return Copy(from.Value, local, into.Length, write: false);
    }

    /// <inheritdoc/>
    public override int Write(HostAddress to, ReadOnlySpan<byte> from)
    {
        fixed (byte* local = from)
            return Copy(to.Value, local, from.Length, write: true);
    }

    /// <summary>The process is about to run another program: from now on only the exact way is taken.</summary>
    public void CloseFastPath() => _fastPath.Close();

    /// <summary>The process did not run another program.</summary>
    public void ReopenFastPath() => _fastPath.Reopen();

    /// <summary>Large copies may go by the process's number.</summary>
    public bool FastPathIsOpen => _fastPath.IsOpen;

    /// <summary>No copy by the process's number is in flight.</summary>
    public bool FastPathIsQuiet => _fastPath.IsQuiet;

    public void Dispose()
    {
        _memory.Dispose();
        _map.Dispose();
    }

    private int Copy(ulong remote, byte* local, int length, bool write)
    {
        int done = 0;
        while (done < length)
        {
            int part = Math.Min(length - done, Chunk);
            int copied = CopyPart(remote + (ulong)done, local + done, part, write);
            done += copied;
            if (copied < part)
                break;
        }

        return done;
    }

    private int CopyPart(ulong remote, byte* local, int length, bool write)
    {
        bool exact = length <= ExactLength && _map.IsCheap;
        if (!exact && Reach.CopiesMemory && _fastPath.TryEnter())
        {
            int copied = write && !Process.IsRunning ? -1 : CopyFast(remote, local, length, write);
            if (!write && !Process.IsRunning)
                copied = -1;
            _fastPath.Leave();
            if (copied >= 0)
                return copied;
        }

        if (!TryHold(_memory))
            return 0;
        int result = CopyExact(remote, local, length, write);
        _memory.DangerousRelease();
        return result;
    }

    /// <returns>Bytes copied, or -1 when the process cannot be reached that way.</returns>
    private int CopyFast(ulong remote, byte* local, int length, bool write)
    {
        var here = new iovec { iov_base = local, iov_len = (nuint)length };
        var there = new iovec { iov_base = (void*)remote, iov_len = (nuint)length };
        nint copied = write
            ? LibC.process_vm_writev(Process.Id, &here, 1, &there, 1, 0)
            : LibC.process_vm_readv(Process.Id, &here, 1, &there, 1, 0);
        if (copied >= 0)
            return (int)copied;
        return Marshal.GetLastPInvokeError() == Linux.EFAULT ? 0 : -1;
    }

    private int CopyExact(ulong remote, byte* local, int length, bool write)
    {
        int done = 0;
        while (done < length)
        {
            ulong at = remote + (ulong)done;
            int error;
            MappedRange range;
            try
            {
                error = _map.Find(at, withName: false, out range);
            }
            catch (ObjectDisposedException)
            {
                break; // closed a moment ago, as the memory was found dead
            }

            if (error != 0 || !(write ? range.Writable : range.Readable))
                break;
            int part = (int)Math.Min((ulong)(length - done), range.End - at);
            nint copied = write
                ? LibC.pwrite(_memory, local + done, (nuint)part, at)
                : LibC.pread(_memory, local + done, (nuint)part, at);
            if (copied > 0)
                done += (int)copied;
            if (copied < part)
                break;
        }

        return done;
    }

    /// <summary>Keeps the descriptor from being closed during a call.</summary>
    private static bool TryHold(Descriptor descriptor)
    {
        bool held = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        return held;
    }
}
