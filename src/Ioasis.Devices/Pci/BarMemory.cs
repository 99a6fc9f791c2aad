using System.Runtime.InteropServices;

namespace Ioasis.Devices.Pci;

/// <summary>
/// The bytes behind a BAR of plain memory. They lie in pages of this process's own until a client opens the function in a way that
/// lets it map them; then in pages that the client sees too, and again in its own when that client's file is closed.
/// </summary>
/// <remarks>The function's lock protects everything. Nothing is allocated for a function that nobody has opened.</remarks>
public sealed unsafe class BarMemory : IDisposable
{
    private byte* _own;
    private byte* _pages;

    internal BarMemory(Bar bar) => Bar = bar;

    public Bar Bar { get; }

    /// <summary>Where the bytes are now.</summary>
    internal byte* Pages => _pages != null ? _pages : Own;

    /// <summary>A client can map the pages; somebody else's are in use, or none.</summary>
    internal bool IsShared => _pages != null;

    private byte* Own
    {
        get
        {
            if (_own == null)
                _own = (byte*)NativeMemory.AllocZeroed((nuint)Bar.Size);
            return _own;
        }
    }

    internal void Read(ulong offset, Span<byte> into) => new ReadOnlySpan<byte>(Pages + offset, into.Length).CopyTo(into);

    internal void Write(ulong offset, ReadOnlySpan<byte> from) => from.CopyTo(new Span<byte>(Pages + offset, from.Length));

    /// <summary>Moves the bytes into pages that a client maps.</summary>
    internal void Share(byte* pages)
    {
        if (_own != null)
            NativeMemory.Copy(_own, pages, (nuint)Bar.Size);
        _pages = pages;
        FreeOwn();
    }

    /// <summary>The client's pages are about to go: the bytes move back.</summary>
    internal void Unshare(byte* pages)
    {
        if (_pages != pages)
            return;
        NativeMemory.Copy(pages, Own, (nuint)Bar.Size);
        _pages = null;
    }

    /// <summary>Zero, as after a reset.</summary>
    internal void Clear()
    {
        if (_pages != null)
            NativeMemory.Clear(_pages, (nuint)Bar.Size);
        FreeOwn();
    }

    /// <summary>Forgets the bytes, and the client's pages.</summary>
    public void Dispose()
    {
        _pages = null;
        FreeOwn();
    }

    private void FreeOwn()
    {
        NativeMemory.Free(_own);
        _own = null;
    }
}
