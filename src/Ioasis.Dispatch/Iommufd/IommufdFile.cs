using System.Runtime.CompilerServices;
using Ioasis.Dispatch.Files;
using Ioasis.Dispatch.Legacy;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>
/// One open of <c>/dev/iommu</c>. An ioctl comes in here, finds its row, is copied in by the one length protocol of the API,
/// handled, and its new object is published or undone.
/// </summary>
public sealed class IommufdFile(IommuContext context, MockIommu? mock = null) : DeviceFile
{
    private const int TailChunk = 4096;

    public const string DevicePath = "/dev/iommu";

    public override string Path => DevicePath;

    public IommuContext Context { get; } = context;

    [SkipLocalsInit]
    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        if (!IommufdTable.Covers(command, mock is not null))
            return CompatCalls.Ioctl(Context, caller, command, argument, out result, ref why);

        ref readonly IoctlRow row = ref IommufdTable.Find(command);
        Span<byte> buffer = stackalloc byte[IommufdTable.LargestStructure];
        int known = row.IsHole ? sizeof(uint) : row.Size;
        int read = caller.Memory.Read(new HostAddress(argument), buffer[..known]);
        if (read < sizeof(uint))
            return why.Because(ReasonCode.ArgumentUnreadable, argument, sizeof(uint));
        if (row.IsHole)
            return why.Because(ReasonCode.UnknownIoctl, command, name: DevicePath);

        Span<byte> structure = buffer[..known];
        uint userSize = Unsafe.ReadUnaligned<uint>(ref buffer[0]);
        Errno errno = CheckLength(caller, argument, in row, userSize, read, ref why);
        if (errno.Failed)
            return errno;
        if (userSize < known)
            structure[(int)userSize..].Clear();

        if (row.TakesMemory)
        {
            errno = Context.CheckMemory(caller.Memory.Owner.Engine, ref why);
            if (errno.Failed)
                return errno;
        }

        IoctlCall call = new(Context, caller, row.Name, argument, userSize, structure) { Mock = mock, Pages = Pages };
        errno = row.Handle(ref call, ref why);
        if (errno.Succeeded)
        {
            Keep(in call);
            result = call.Result;
        }
        else
        {
            Undo(in call);
        }

        Context.SettleMemory();
        return errno;
    }

    /// <summary>Whoever sees the descriptor may use the object at once, so the object comes first.</summary>
    private void Keep(in IoctlCall call)
    {
        if (call.Created is { } created)
            Context.Publish(created);
        if (call.CreatedFile is { } number)
            call.Caller.InstallDescriptor(number);
    }

    /// <summary>The file may use the object, so the object goes last.</summary>
    private void Undo(in IoctlCall call)
    {
        if (call.CreatedFile is { } number)
            call.Caller.ReturnDescriptor(number);
        if (call.Created is { } created)
            Context.Abort(created);
    }

    /// <summary>Windows of objects can be mapped, each whole.</summary>
    /// <returns>ENXIO: no window is there.</returns>
    public override Errno CheckMap(ulong offset, ulong length, ref Reason why) =>
        Context.HasWindow(offset, length) ? Errno.Success : why.Because(ReasonCode.NoSuchWindow, offset, length, name: Path);

    public override ReleaseScope Scope => new(Context);

    public override void Release() => Context.Release();

    /// <summary>
    /// The structure may be shorter than ours (down to what is mandatory), or longer, if what we do not know is zero.
    /// </summary>
    private static Errno CheckLength(ICaller caller, ulong argument, in IoctlRow row, uint userSize, int read, ref Reason why)
    {
        if (userSize < row.MinimumSize)
            return why.Because(ReasonCode.StructTooShort, userSize, (ulong)row.MinimumSize, name: row.Name);
        if (read < Math.Min(userSize, (uint)row.Size))
            return why.Because(ReasonCode.ArgumentUnreadable, argument, userSize);
        return userSize > row.Size ? CheckTail(caller, argument, row.Size, userSize, ref why) : Errno.Success;
    }

    private static Errno CheckTail(ICaller caller, ulong argument, int known, uint userSize, ref Reason why)
    {
        Span<byte> chunk = stackalloc byte[TailChunk];
        for (ulong at = (ulong)known; at < userSize;)
        {
            Span<byte> part = chunk[..(int)Math.Min(TailChunk, userSize - at)];
            int read = caller.Memory.Read(new HostAddress(argument + at), part);
            int nonZero = part[..read].IndexOfAnyExcept((byte)0);
            if (nonZero >= 0)
                return why.Because(ReasonCode.TailNotZero, userSize, (ulong)known, at + (ulong)nonZero);
            if (read < part.Length)
                return why.Because(ReasonCode.ArgumentUnreadable, argument, userSize);
            at += (ulong)read;
        }

        return Errno.Success;
    }
}
