using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Files;

/// <summary>
/// A descriptor from which records are read, and to which answers may be written: fault queues and event queues. It has no
/// position and no name, never blocks, can always be written, and poll(2) tells whether there is something to read.
/// </summary>
public abstract class QueueFile : DeviceFile
{
    /// <summary>Whether poll(2) reports something to read.</summary>
    public abstract bool IsReadable { get; }

    /// <summary>
    /// Set once by whoever gives the file a descriptor, before anybody can use it. The file calls it after each change of
    /// <see cref="IsReadable"/>, holding its own lock, so that calls come in the order of the changes: it is quick, takes no
    /// lock of a file and calls nothing back. It may be called once more after <see cref="DeviceFile.Release"/>.
    /// </summary>
    public Action<bool>? ReadableChanged { get; set; }

    /// <summary>read(2): as many whole records as there are and have room; 0 when there is none.</summary>
    public abstract Errno Read(ICaller caller, ulong buffer, ulong count, out long transferred, ref Reason why);

    /// <summary>write(2).</summary>
    public abstract Errno Write(ICaller caller, ulong buffer, ulong count, out long transferred, ref Reason why);

    public sealed override Errno Read(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why) =>
        Read(caller, buffer, count, out transferred, ref why);

    public sealed override Errno Write(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why) =>
        Write(caller, buffer, count, out transferred, ref why);

    public sealed override Errno CheckMap(ulong offset, ulong length, ref Reason why) =>
        why.Because(ReasonCode.FileWithoutMemory, name: Path);

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        return why.Because(ReasonCode.UnknownIoctl, command, name: Path);
    }
}
