namespace Ioasis.Dispatch.Descriptors;

/// <summary>A part of a file mapped into this process, which only the kernel touches: see <see cref="ClientFile"/>.</summary>
internal sealed unsafe class FileMapping(nint address, ulong first, ulong length)
{
    /// <summary>The last byte of the file that it reaches.</summary>
    public ulong Last => first + (length - 1);

    /// <summary>Copies bytes of the file, from an offset on.</summary>
    /// <returns>Bytes copied: fewer where the file has none.</returns>
    public int Copy(ulong offset, byte* local, int count, bool write)
    {
        if (offset < first || offset - first >= length)
            return 0;
        nuint part = (nuint)Math.Min((ulong)count, length - (offset - first));
        NativeFiles.Piece here = new() { Bytes = local, Length = part };
        NativeFiles.Piece there = new() { Bytes = (byte*)address + (offset - first), Length = part };
        nint done = write
            ? NativeFiles.WriteMapped(Environment.ProcessId, in here, 1, in there, 1, 0)
            : NativeFiles.ReadMapped(Environment.ProcessId, in here, 1, in there, 1, 0);
        return (int)Math.Max(done, 0);
    }

    public void Unmap() => NativeFiles.Unmap(address, (nuint)length);
}
