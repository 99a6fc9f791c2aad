using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Processes;

/// <summary>
/// Tells one program image of a process from the next: the 16 random bytes that the kernel gives each image at its start (AT_RANDOM of
/// the auxiliary vector), and where they lie.
/// </summary>
/// <remarks>No UInt128: whatever has one in it cannot be compiled ahead of time, nor can any method that is given it.</remarks>
internal readonly record struct ImageMark(ulong Address, ulong First, ulong Second)
{
    private const ulong AT_NULL = 0;
    private const ulong AT_RANDOM = 25;

    /// <summary>Reads the mark of what a process runs now; <c>default</c> when it cannot be read.</summary>
    /// <param name="thread">A thread of the process that waits for us to answer.</param>
    public static unsafe ImageMark Read(int thread)
    {
        ProcPath path = ProcPath.Of(thread, "auxv"u8);
        using Descriptor file = LibC.open(path.ToString(), Linux.O_RDONLY | Linux.O_CLOEXEC);
        if (file.IsInvalid)
            return default;
        Span<ulong> vector = stackalloc ulong[128];
        nint bytes;
        fixed (ulong* into = vector)
            bytes = LibC.pread(file, (byte*)into, (nuint)(vector.Length * sizeof(ulong)), 0);
        for (int i = 0; (i + 2) * sizeof(ulong) <= bytes && vector[i] != AT_NULL; i += 2)
        {
            if (vector[i] != AT_RANDOM)
                continue;
            ulong* random = stackalloc ulong[2];
            return TaskMemory.Read(thread, vector[i + 1], random, 16) ? new ImageMark(vector[i + 1], random[0], random[1]) : default;
        }

        return default;
    }
}
