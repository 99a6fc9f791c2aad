using System.Runtime.InteropServices;
using System.Text;
using Ioasis.Engine.Work;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Cli.Output;

/// <summary>
/// Writes lines to a descriptor and never makes anybody wait or fail for it: who serves a program's calls tells of them as well. A line that
/// goes through at once does so before <see cref="Write"/> returns, and so stands in front of what the program prints afterwards; otherwise a
/// thread of its own waits for the reader. What cannot be written (a full disk, a reader that left) is dropped.
/// </summary>
/// <remarks>
/// Thread-safe. <c>_gate</c> protects all; nobody holds it while waiting for the reader. A pipe or terminal is opened a second time, without
/// waiting (O_NONBLOCK), because that is a property of an opening, and the one that was inherited is shared with the program.
/// </remarks>
internal sealed partial class LineWriter : IDisposable
{
    private const int MostWaiting = 1 << 20, LastWaitMilliseconds = 5000;
    private const int Again = 11, Interrupted = 4;
    private const int WriteOnly = 1, NonBlock = 0x800, CloseOnExec = 0x80000, NoTerminal = 0x100; // linux/fcntl.h, the same on x86-64 and arm64
    private const short PollOut = 4;

    private readonly object _gate = new(); // a monitor: it is waited on
    private readonly SafeFileHandle _handle;
    private readonly Queue<byte[]> _waiting = [];
    private int _waitingBytes, _writtenOfFirst;
    private long _lost;
    private bool _isDead, _hasThread, _isEnding;

    /// <summary>Writes to a descriptor of this process.</summary>
    /// <param name="descriptor">It stays open at the end.</param>
    public LineWriter(int descriptor)
    {
        _handle = new SafeFileHandle(descriptor, ownsHandle: false);
        if (!StandardStream.IsOpen(descriptor))
            _isDead = true;
        else if (FileKinds.Of(descriptor) is FileKind.Pipe or FileKind.CharacterDevice)
            _handle = Reopen(descriptor) ?? _handle;
    }

    /// <summary>Writes to a file, from its beginning.</summary>
    /// <exception cref="IOException">It cannot be opened; a pipe that nobody reads neither.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public LineWriter(string path)
    {
        const int Create = 0x40, Truncate = 0x200, Mode = 0x1b6;
        int descriptor = Open(path, WriteOnly | Create | Truncate | NonBlock | CloseOnExec | NoTerminal, Mode);
        if (descriptor < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Writes a line.</summary>
    /// <param name="line">Without its end. Made fit to be shown by the caller.</param>
    public void Write(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_gate)
        {
            if (_isDead)
                return;
            if (_waiting.Count == 0 && _lost == 0)
            {
                int written = WriteNow(bytes);
                if (written == bytes.Length || _isDead)
                    return;
                _writtenOfFirst = written;
            }
            else if (_waitingBytes + bytes.Length > MostWaiting)
            {
                _lost++;
                return;
            }

            _waiting.Enqueue(bytes);
            _waitingBytes += bytes.Length;
            Monitor.PulseAll(_gate);
            StartThread();
        }
    }

    /// <summary>Waits for what has not been written, as long as the reader takes some of it now and then.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
            for (int before = -1; _waiting.Count > 0 && !_isDead && (before < 0 || Left < before);)
            {
                before = Left;
                long deadline = Environment.TickCount64 + LastWaitMilliseconds;
                while (_waiting.Count > 0 && !_isDead && Left == before && deadline - Environment.TickCount64 is > 0 and var left)
                    Monitor.Wait(_gate, (int)left);
            }

            _isDead = true;
            Monitor.PulseAll(_gate);
        }
    }

    private int Left => _waitingBytes - _writtenOfFirst;

    private void StartThread()
    {
        if (_hasThread)
            return;
        _hasThread = BackgroundThread.TryStart("ioasis output", Drain) is not null;
        if (_hasThread)
            return;
        _waiting.Clear(); // no thread can be had: the line is lost
        _waitingBytes = _writtenOfFirst = 0;
    }

    private void Drain()
    {
        while (true)
        {
            lock (_gate)
            {
                while (_waiting.Count == 0 && !_isDead)
                {
                    if (_isEnding)
                        return;
                    Monitor.Wait(_gate);
                }

                if (_isDead)
                    return;
                WriteWaiting();
                if (_waiting.Count == 0)
                    continue;
            }

            WaitForReader();
        }
    }

    private void WriteWaiting()
    {
        while (_waiting.TryPeek(out byte[]? first))
        {
            _writtenOfFirst += WriteNow(first.AsSpan(_writtenOfFirst));
            if (_writtenOfFirst < first.Length && !_isDead)
                return;
            _waiting.Dequeue();
            _waitingBytes -= first.Length;
            _writtenOfFirst = 0;
            Monitor.PulseAll(_gate);
        }

        if (_lost == 0)
            return;
        byte[] told = Encoding.UTF8.GetBytes($"ioasis: {_lost} lines were lost here: nobody read them fast enough\n");
        _lost = 0;
        _waiting.Enqueue(told);
        _waitingBytes += told.Length;
    }

    /// <returns>Bytes that went through; fewer than all when the reader is to be waited for, or when there is none any more.</returns>
    private unsafe int WriteNow(ReadOnlySpan<byte> bytes)
    {
        int written = 0;
        while (written < bytes.Length)
        {
            if (!IsReady(0))
                return written;
            nint result;
            fixed (byte* at = bytes[written..])
                result = WriteBytes(_handle, at, (nuint)(bytes.Length - written));
            int error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (result >= 0)
                written += (int)result;
            else if (error == Again)
                return written;
            else if (error != Interrupted)
            {
                _isDead = true;
                return written;
            }
        }

        return written;
    }

    private void WaitForReader()
    {
        const int Pause = 1000; // and then look whether this is the end
        if (!IsReady(Pause))
            return;
        Thread.Sleep(1); // ready, and yet it took nothing: not a busy loop
    }

    private unsafe bool IsReady(int milliseconds)
    {
        var poll = new PollDescriptor { Descriptor = (int)_handle.DangerousGetHandle(), Events = PollOut };
        return Poll(&poll, 1, milliseconds) != 0;
    }

    private static SafeFileHandle? Reopen(int descriptor)
    {
        int again = Open($"/proc/self/fd/{descriptor}", WriteOnly | NonBlock | CloseOnExec | NoTerminal, 0);
        return again < 0 ? null : new SafeFileHandle(again, ownsHandle: true);
    }

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteBytes(SafeFileHandle descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}
