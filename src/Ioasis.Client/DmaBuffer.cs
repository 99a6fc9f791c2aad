using System.Buffers;
using System.Runtime.InteropServices;
using Ioasis.Client.Native;
using Ioasis.Client.Transports;

namespace Ioasis.Client;

/// <summary>
/// Zeroed, page-aligned memory of this process that the garbage collector never moves: made for DMA.
/// </summary>
/// <remarks>
/// The memory is freed when this has been disposed and every <see cref="MemoryManager{T}.Pin"/> has been undone. Mappings keep
/// it alive for devices: always in an embedded system, on Linux while a device is attached to the address space (only then
/// are pages pinned). A span must not be used after <see cref="Dispose()"/>, nor after the last reference to the buffer.
/// </remarks>
public sealed unsafe class DmaBuffer : MemoryManager<byte>
{
    private readonly PagesHandle _pages;
    private readonly int _length;

    private DmaBuffer(PagesHandle pages, int length)
    {
        _pages = pages;
        _length = length;
    }

    /// <summary>Bytes asked for.</summary>
    public int Length => _length;

    /// <summary>Bytes that a mapping of the buffer has: whole pages.</summary>
    public ulong AllocatedLength => _pages.Length;

    /// <summary>Address of the first byte in this process.</summary>
    public ulong Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pages.IsClosed, this);
            return (ulong)_pages.DangerousGetHandle();
        }
    }

    /// <summary>The bytes.</summary>
    public Span<byte> Span => new((void*)Address, _length);

    /// <summary>Allocates memory.</summary>
    /// <param name="length">Bytes, at least 1; rounded up to whole pages.</param>
    /// <param name="transport">The transport through which it will be mapped; the system calls of Linux when null.</param>
    /// <exception cref="IommuException">ENOMEM.</exception>
    public static DmaBuffer Allocate(int length, ITransport? transport = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        transport ??= KernelTransport.Instance;
        ulong page = (ulong)Environment.SystemPageSize;
        ulong rounded = ((ulong)length + page - 1) & ~(page - 1);
        CallResult result = transport.AllocateMemory(rounded);
        return result.Failed
            ? throw new IommuException("mmap", $"{rounded} bytes", result)
            : new DmaBuffer(new PagesHandle(transport, (nint)result.Value, rounded), length);
    }

    /// <summary>Gives the memory back, as soon as nobody needs it. Safe to do twice.</summary>
    public void Dispose() => Dispose(true);

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => Span;

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        bool held = false;
        _pages.DangerousAddRef(ref held);
        return new MemoryHandle((byte*)_pages.DangerousGetHandle() + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin() => _pages.DangerousRelease();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _pages.Dispose();
    }

    /// <summary>Owns the pages, so that they are freed once and not while they are pinned.</summary>
    private sealed class PagesHandle : SafeHandle
    {
        private readonly ITransport _transport;

        public PagesHandle(ITransport transport, nint address, ulong length)
            : base(-1, ownsHandle: true)
        {
            _transport = transport;
            Length = length;
            SetHandle(address);
        }

        public ulong Length { get; }

        public override bool IsInvalid => handle == -1;

        protected override bool ReleaseHandle()
        {
            _transport.FreeMemory((ulong)handle, Length);
            return true;
        }
    }
}
