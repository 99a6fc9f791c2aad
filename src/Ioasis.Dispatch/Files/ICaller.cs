using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Files;

/// <summary>
/// Whoever makes a system call on an emulated file: an unmodified process under the runner, or this process itself.
/// Valid for the duration of one call, on the thread that serves it.
/// </summary>
public interface ICaller
{
    /// <summary>The caller's memory; every pointer of the call refers to it.</summary>
    ClientMemory Memory { get; }

    /// <summary>
    /// Whether accesses at every offset of the file that is called come here: also those below 2^40, which under the runner are seen by
    /// the descriptor's number only.
    /// </summary>
    bool SeesLowOffsets => true;

    /// <summary>Whether the caller has the capability now (effective set).</summary>
    bool Has(Capability capability);

    /// <summary>The emulated file behind one of the caller's descriptors.</summary>
    /// <returns>EBADF when the descriptor is not open; success with <paramref name="file"/> null when it is some other file.</returns>
    Errno FindFile(int descriptor, out DeviceFile? file, ref Reason why);

    /// <summary>
    /// Takes one of the caller's eventfds; it stays usable when the caller closes its own descriptor. The taker disposes it.
    /// </summary>
    /// <returns>EBADF when the descriptor is not open, EINVAL when it is no eventfd.</returns>
    Errno TakeEvent(int descriptor, out EventLine? line, ref Reason why);

    /// <summary>
    /// Whether the caller, or the process that gave it, still has a descriptor of an eventfd that was taken: when not, nobody signals it.
    /// Looks at all their descriptors.
    /// </summary>
    bool StillHas(EventLine line) => true;

    /// <summary>
    /// Takes one of the caller's files for its bytes; it stays usable when the caller closes its own descriptor. The taker says
    /// <see cref="ClientMemory.Unmapped"/> when it is done.
    /// </summary>
    /// <param name="descriptor">Any file; emulated ones are found by <see cref="FindFile"/> before.</param>
    /// <param name="range">The part that will be mapped, in bytes of the file.</param>
    /// <param name="memory">Its bytes.</param>
    /// <param name="why">EBADF: the descriptor is not open.</param>
    Errno TakeFile(int descriptor, AddressRange range, out FileMemory? memory, ref Reason why);

    /// <summary>
    /// Prepares a descriptor for a file that this call makes, close-on-exec. The client does not have it yet, so
    /// the number can be told, and telling it may still fail. Either <see cref="InstallDescriptor"/> or
    /// <see cref="ReturnDescriptor"/> follows, in the same call.
    /// </summary>
    /// <param name="file">From success on it belongs to the descriptor, with whose last duplicate it is released.</param>
    /// <param name="number">The descriptor's number.</param>
    /// <param name="why">EMFILE: no number is free; <paramref name="file"/> is as before.</param>
    Errno ReserveDescriptor(DeviceFile file, out int number, ref Reason why);

    /// <summary>Gives the caller a descriptor that was prepared. Cannot fail: a caller that was killed meanwhile has closed it.</summary>
    void InstallDescriptor(int number);

    /// <summary>The call has failed after all: frees the number, and releases the file before it returns.</summary>
    void ReturnDescriptor(int number);
}
