using Microsoft.Win32.SafeHandles;

namespace Ioasis.Dispatch.Descriptors;

/// <summary>A part of a file mapped into this process, which only the kernel touches: see <see cref="ClientFile"/>.</summary>
internal sealed unsafe class FileMapping(nint address, ulong first, ulong length)
{
    // Null where process_vm_readv may be used.
    private static readonly SafeFileHandle? s_own = OwnMemory();

    /// <summary>The last byte of the file that it reaches.</summary>
    public ulong Last => first + (length - 1);

    /// <summary>Copies bytes of the file, from an offset on.</summary>
    /// <returns>Bytes copied: fewer where the file has none.</returns>
    public int Copy(ulong offset, byte* local, int count, bool write)
    {
        if (offset < first || offset - first >= length)
            return 0;
        nuint part = (nuint)Math.Min((ulong)count, length - (offset - first));
        nint at = address + (nint)(offset - first);
        nint done = s_own is { } own
            ? write ? NativeFiles.WriteAt(own, local, part, at) : NativeFiles.ReadAt(own, local, part, at)
            : CopyMapped(local, part, at, write);
        return (int)Math.Max(done, 0);
    }

    public void Unmap() => NativeFiles.Unmap(address, (nuint)length);

    private static nint CopyMapped(byte* local, nuint length, nint at, bool write)
    {
        NativeFiles.Piece here = new() { Bytes = local, Length = length };
        NativeFiles.Piece there = new() { Bytes = (byte*)at, Length = length };
        return write
            ? NativeFiles.WriteMapped(Environment.ProcessId, in here, 1, in there, 1, 0)
            : NativeFiles.ReadMapped(Environment.ProcessId, in here, 1, in there, 1, 0);
    }

    /// <summary>A container's profile may refuse process_vm_readv, to this very process too; its own memory can be had as a file as well.</summary>
    private static SafeFileHandle? OwnMemory()
    {
        byte from = 0, to;
        if (CopyMapped(&to, 1, (nint)(&from), write: false) == 1)
            return null;
        int number = NativeFiles.Open("/proc/self/mem", NativeFiles.ReadWrite | NativeFiles.CloseOnExec);
        return number < 0 ? null : new SafeFileHandle(number, ownsHandle: true);
    }
}
