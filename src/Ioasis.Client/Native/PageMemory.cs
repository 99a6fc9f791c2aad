namespace Ioasis.Client.Native;

/// <summary>Whole pages of private anonymous memory.</summary>
internal static unsafe class PageMemory
{
    /// <summary>Allocates zeroed pages.</summary>
    /// <returns>The address; -1 with the last P/Invoke error set.</returns>
    public static nint Allocate(ulong length) =>
        LibC.mmap(null, (nuint)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);

    public static void Free(ulong address, ulong length) => _ = LibC.munmap((void*)address, (nuint)length);
}
