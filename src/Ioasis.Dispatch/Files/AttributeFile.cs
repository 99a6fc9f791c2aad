using System.Text;
using Ioasis.Devices.Machines;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Files;

/// <summary>
/// One open of a file of sysfs that is made when it is read, and that does something when it is written. What is read is what it holds at
/// that moment; what is written is carried out as a whole, wherever the position is.
/// </summary>
/// <param name="tree">The tree that it is in.</param>
/// <param name="entry">The file.</param>
public sealed class AttributeFile(FileTree tree, AttributeEntry entry) : DeviceFile
{
    /// <summary>Bytes of one write that are looked at: a page, as in sysfs.</summary>
    private const int Page = 4096;

    /// <summary>What is written late can change anything of the machine: every call waits for it.</summary>
    public static object LateWrites { get; } = new();

    public override string Path => entry.Path;

    public override ReleaseScope Scope => new(Path, LateWrites);

    /// <summary>What it holds now; empty when it cannot be read.</summary>
    public byte[] Text => entry.Show is { } show ? Encoding.ASCII.GetBytes(show()) : [];

    /// <summary>Whether it may be opened so.</summary>
    /// <returns>EACCES: its mode does not allow it, to anybody; EPERM: it is for mmap, which cannot be.</returns>
    public static Errno Check(AttributeEntry entry, bool reads, bool writes, ref Reason why)
    {
        const uint Readable = 0x100, Writable = 0x80;
        bool allowed = (!reads || (entry.Mode & Readable) != 0) && (!writes || (entry.Mode & Writable) != 0);
        if (!allowed)
            return why.Because(ReasonCode.AttributeAccess, entry.Mode, name: entry.Path);
        return entry.Refusal == ReasonCode.None ? Errno.Success : why.Because(entry.Refusal, name: entry.Path);
    }

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        return why.Because(ReasonCode.UnknownIoctl, command, name: Path);
    }

    public override Errno Read(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
    {
        transferred = 0;
        Errno errno = CheckThere(ref why);
        if (errno.Failed)
            return errno;
        byte[] text = Text;
        if (offset >= (ulong)text.Length)
            return Errno.Success;
        ReadOnlySpan<byte> part = text.AsSpan((int)offset);
        part = part[..(int)Math.Min(count, (ulong)part.Length)];
        if (caller.Memory.Write(new HostAddress(buffer), part) != part.Length)
            return why.Because(ReasonCode.ArgumentUnwritable, buffer, count);
        transferred = part.Length;
        return Errno.Success;
    }

    /// <summary>Carries the write out, and waits until it is done.</summary>
    public override Errno Write(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
    {
        Task? pending = null;
        Errno errno = Begin(caller, buffer, count, out transferred, ref pending, ref why);
        pending?.Wait();
        return errno;
    }

    /// <summary>Carries the write out.</summary>
    /// <param name="caller">Who writes.</param>
    /// <param name="buffer">Where the bytes are.</param>
    /// <param name="count">How many.</param>
    /// <param name="transferred">How many were taken.</param>
    /// <param name="pending">Set when the caller has to wait although it succeeded.</param>
    /// <param name="why">The reason of a failure.</param>
    public Errno Begin(ICaller caller, ulong buffer, ulong count, out long transferred, ref Task? pending, ref Reason why)
    {
        transferred = 0;
        if (count == 0)
            return Errno.Success;
        byte[] text = new byte[Math.Min(count, Page)];
        if (caller.Memory.Read(new HostAddress(buffer), text) != text.Length)
            return why.Because(ReasonCode.ArgumentUnreadable, buffer, count);
        Errno errno = Store(text, ref pending, ref why);
        transferred = errno.Succeeded ? text.Length : 0;
        return errno;
    }

    /// <summary>Carries out what was written; at least a byte.</summary>
    public Errno Store(ReadOnlySpan<byte> text, ref Task? pending, ref Reason why)
    {
        Errno errno = CheckThere(ref why);
        if (errno.Failed)
            return errno;
        return entry.Store is { } store ? store(text, ref why, ref pending) : why.Because(ReasonCode.AttributeAccess, entry.Mode, name: Path);
    }

    public override Errno CheckMap(ulong offset, ulong length, ref Reason why) => why.Because(ReasonCode.FileWithoutMemory, name: Path);

    public override void Release()
    {
    }

    private Errno CheckThere(ref Reason why) =>
        ReferenceEquals(tree.Find(entry.Path), entry) ? Errno.Success : why.Because(ReasonCode.AttributeRemoved, name: Path);
}
