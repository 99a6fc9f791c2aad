using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>
/// One ioctl on its way through: who calls, and the structure, which has been copied in and checked for length. A handler
/// reads and fills the structure and says when to copy it out.
/// </summary>
internal ref struct IoctlCall
{
    private readonly Span<byte> _structure;
    private readonly ulong _argument;
    private readonly uint _userSize;

    public IoctlCall(IommuContext context, ICaller caller, string name, ulong argument, uint userSize, Span<byte> structure)
    {
        Name = name;
        Context = context;
        Caller = caller;
        _argument = argument;
        _userSize = userSize;
        _structure = structure;
    }

    /// <summary>The ioctl's name, as in the header.</summary>
    public string Name { get; }

    public IommuContext Context { get; }

    public ICaller Caller { get; }

    /// <summary>The memory of the file that clients may map; null where nobody provides it.</summary>
    public IFilePages? Pages { get; init; }

    /// <summary>The mock IOMMU of the machine, where there is one.</summary>
    public MockIommu? Mock { get; init; }

    /// <summary>
    /// An object that the handler made and reserved: the dispatcher publishes it when the call succeeds and undoes it when
    /// it fails.
    /// </summary>
    public EngineObject? Created { get; set; }

    /// <summary>
    /// The number of the descriptor that the handler prepared by <see cref="CreateFile"/>: the dispatcher installs it when the
    /// call succeeds and returns it when it fails. Null: none.
    /// </summary>
    public int? CreatedFile { get; private set; }

    /// <summary>
    /// Prepares a descriptor for a new file, whose number the handler puts into the structure or the result. When the call
    /// fails, at whatever point, the dispatcher releases the file.
    /// </summary>
    /// <param name="file">The file; one a call.</param>
    /// <param name="number">Its descriptor.</param>
    /// <param name="why">EMFILE: the file has been released.</param>
    public Errno CreateFile(DeviceFile file, out int number, ref Reason why)
    {
        number = -1;
        Errno errno = FailurePoint.Allocate("descriptor", ref why);
        if (errno.Succeeded)
            errno = Caller.ReserveDescriptor(file, out number, ref why);
        if (errno.Failed)
            file.Release();
        else
            CreatedFile = number;
        return errno;
    }

    /// <summary>What the ioctl returns on success.</summary>
    public long Result { get; set; }

    /// <summary>The structure as the handler knows it.</summary>
    public readonly ref T As<T>()
        where T : unmanaged => ref Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(_structure));

    /// <summary>Copies the structure out, as many bytes of it as the caller said it has.</summary>
    /// <returns>EFAULT: it cannot be written.</returns>
    public readonly Errno Respond(ref Reason why) => Respond(_structure.Length, 0, ref why);

    /// <summary>Copies a part of the structure out.</summary>
    /// <param name="end">One past the last byte, in bytes from the start.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="why">EFAULT: it cannot be written.</param>
    public readonly Errno Respond(int end, int start, ref Reason why)
    {
        int last = (int)Math.Min((uint)end, _userSize);
        if (last <= start)
            return Errno.Success;
        return CopyOut(_argument + (ulong)start, _structure[start..last], ref why);
    }

    /// <summary>Reads what a client passes beside the structure, before any lock is taken; what cannot be read is missing at the end.</summary>
    /// <param name="address">Where it lies.</param>
    /// <param name="length">Its length in bytes, as the client says.</param>
    /// <param name="room">Where it goes; as much of it as fits is read.</param>
    /// <returns>What was read.</returns>
    public readonly Span<byte> ReadUserData(ulong address, uint length, Span<byte> room)
    {
        Span<byte> wanted = room[..(int)Math.Min(length, (uint)room.Length)];
        return wanted.IsEmpty ? wanted : wanted[..Caller.Memory.Read(new HostAddress(address), wanted)];
    }

    /// <summary>Copies bytes to the caller's memory.</summary>
    /// <returns>EFAULT: not all could be written.</returns>
    public readonly Errno CopyOut(ulong address, ReadOnlySpan<byte> bytes, ref Reason why) =>
        Caller.Memory.Write(new HostAddress(address), bytes) == bytes.Length
            ? Errno.Success
            : why.Because(ReasonCode.ArgumentUnwritable, address, (ulong)bytes.Length);
}
