using System.Runtime.InteropServices;

namespace Ioasis.Devices.Pci;

/// <summary>
/// The bytes behind a BAR of plain memory. They lie in pages of this process's own until a client opens the function in a way that
/// lets it map them; then in pages that the client sees too, and again in its own when that client's file is closed.
/// </summary>
/// <remarks>
/// <see cref="_lock"/> protects everything; it is taken last. Nothing is allocated for a function that nobody has opened.
/// </remarks>
public sealed unsafe class BarMemory : IDisposable
{
    private readonly Lock _lock = new();
    private byte* _own;
    private byte* _pages;

    internal BarMemory(Bar bar) => Bar = bar;

    public Bar Bar { get; }

    /// <summary>Where the bytes are now.</summary>
    private byte* Pages
    {
        get
        {
            if (_pages != null)
                return _pages;
            if (_own == null)
                _own = (byte*)NativeMemory.AllocZeroed((nuint)Bar.Size);
            return _own;
        }
    }

    internal void Read(ulong offset, Span<byte> into)
    {
        lock (_lock)
            new ReadOnlySpan<byte>(Pages + offset, into.Length).CopyTo(into);
    }

    internal void Write(ulong offset, ReadOnlySpan<byte> from)
    {
        lock (_lock)
            from.CopyTo(new Span<byte>(Pages + offset, from.Length));
    }

    /// <summary>Moves the bytes into pages that a client maps.</summary>
    /// <returns>False when they lie in another client's.</returns>
    internal bool TryShare(byte* pages)
    {
        lock (_lock)
        {
            if (_pages != null)
                return false;
            if (_own != null)
                NativeMemory.Copy(_own, pages, (nuint)Bar.Size);
            _pages = pages;
            FreeOwn();
            return true;
        }
    }

    /// <summary>The client's pages are about to go: the bytes move back.</summary>
    internal void Unshare(byte* pages)
    {
        lock (_lock)
        {
            if (_pages != pages)
                return;
            _pages = null;
            NativeMemory.Copy(pages, Pages, (nuint)Bar.Size);
        }
    }

    /// <summary>Zero, as after a reset.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            if (_pages != null)
                NativeMemory.Clear(_pages, (nuint)Bar.Size);
            FreeOwn();
        }
    }

    /// <summary>The function was pulled out: what a client has mapped reads as what is not there.</summary>
    internal void FillWithOnes()
    {
        lock (_lock)
        {
            if (_pages != null)
                NativeMemory.Fill(_pages, (nuint)Bar.Size, 0xff);
        }
    }

    /// <summary>Forgets the bytes, and the client's pages.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _pages = null;
            FreeOwn();
        }
    }

    private void FreeOwn()
    {
        NativeMemory.Free(_own);
        _own = null;
    }
}
