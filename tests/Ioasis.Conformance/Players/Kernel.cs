namespace Ioasis.Conformance.Players;

/// <summary>
/// Who answers the system calls on emulated files when a program is played in this process: the embedded engine, or the plain
/// model that it is compared with. Results are what Linux's system calls give: a value, or minus the errno.
/// </summary>
public abstract class Kernel : IDisposable
{
    /// <summary>RLIMIT_MEMLOCK of the case, in bytes.</summary>
    public ulong MemlockLimit { get; set; } = ulong.MaxValue;

    /// <summary>Capabilities of the case, a bit each.</summary>
    public ulong Capabilities { get; set; } = ulong.MaxValue;

    /// <summary>Whether a descriptor is one of ours.</summary>
    public abstract bool Owns(int descriptor);

    /// <summary>Opens a device; null when the path is none of ours.</summary>
    public abstract long? Open(string path);

    public abstract long Close(int descriptor);

    public abstract long Dup(int descriptor);

    public abstract long Ioctl(int descriptor, uint request, ulong argument);

    /// <param name="descriptor">One of ours.</param>
    /// <param name="writes">write or pwrite.</param>
    /// <param name="address">The caller's buffer.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="offset">Where in the file; null for read and write.</param>
    public abstract long Transfer(int descriptor, bool writes, ulong address, ulong length, ulong? offset);

    public abstract long Poll(int descriptor, short events, int milliseconds);

    /// <summary>mmap at exactly this address.</summary>
    public abstract long Map(ulong address, ulong length, int protection, bool shared, int descriptor, ulong offset);

    /// <summary>The end of what <see cref="Map"/> mapped at this address, if it did.</summary>
    public abstract void Unmap(ulong address);

    /// <summary>A case ends: everything that is still open is closed.</summary>
    public abstract void EndCase();

    public abstract void Dispose();
}
