using System.Buffers;
using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Memory;

/// <summary>Reads a file of /proc line by line from its beginning, through a descriptor that others may use at the same time.</summary>
internal unsafe ref struct ProcText(Descriptor file)
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private ulong _offset;
    private int _start;
    private int _end;

    /// <summary>The error number that ended reading, or 0.</summary>
    public int Error { get; private set; }

    /// <summary>Gives the next line, without its end; valid until the next call.</summary>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int length = rest.IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = rest[..length];
                _start += length + 1;
                return true;
            }

            rest.CopyTo(_buffer);
            _start = 0;
            _end = rest.Length;
            line = default;
            if (_end == _buffer.Length || !Fill())
                return false;
        }
    }

    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private bool Fill()
    {
        fixed (byte* into = _buffer)
        {
            nint count = LibC.pread(file, into + _end, (nuint)(_buffer.Length - _end), _offset);
            Error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (count <= 0)
                return false;
            _offset += (ulong)count;
            _end += (int)count;
            return true;
        }
    }
}
