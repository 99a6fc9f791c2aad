using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Files;

/// <summary>
/// One open of an emulated character device: Linux's <c>struct file</c> with its operations. Descriptors (and duplicates,
/// and inherited ones) lead here; the last one closed calls <see cref="Release"/>.
/// </summary>
/// <remarks>Calls may come from several threads at once. None lets an exception out for what a client does.</remarks>
public abstract class DeviceFile
{
    /// <summary>
    /// The path under which it was opened, for messages; of a file that only an ioctl makes, what /proc shows: <c>anon_inode:[NAME]</c>.
    /// </summary>
    public abstract string Path { get; }

    /// <summary>
    /// The memory that clients see who mmap(2) the file. Set once by whoever opened the file, before its first call; null where
    /// nothing can be mapped, queues among them.
    /// </summary>
    public IFilePages? Pages { get; set; }

    /// <summary>ioctl(2).</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="command">The request number, all 32 bits.</param>
    /// <param name="argument">The third argument: usually a pointer into the caller's memory.</param>
    /// <param name="result">What the call returns on success (0 unless the request says otherwise).</param>
    /// <param name="why">The reason of a failure.</param>
    public abstract Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why);

    /// <summary>pread(2): copies <paramref name="count"/> bytes at <paramref name="offset"/> to the caller's memory.</summary>
    public virtual Errno Read(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
    {
        transferred = 0;
        return why.Because(ReasonCode.FileNotReadable, name: Path);
    }

    /// <summary>pwrite(2): copies <paramref name="count"/> bytes from the caller's memory to <paramref name="offset"/>.</summary>
    public virtual Errno Write(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
    {
        transferred = 0;
        return why.Because(ReasonCode.FileNotReadable, name: Path);
    }

    /// <summary>mmap(2) of <paramref name="length"/> bytes at <paramref name="offset"/>: success means the range may be mapped.</summary>
    public virtual Errno CheckMap(ulong offset, ulong length, ref Reason why) =>
        why.Because(ReasonCode.FileNotMappable, offset, length, name: Path);

    /// <summary>What its release changes that calls on other files can see, and which releases calls on it can see.</summary>
    public virtual ReleaseScope Scope => new(Path);

    /// <summary>Called once, after the last descriptor and the last mapping are gone.</summary>
    public abstract void Release();
}
