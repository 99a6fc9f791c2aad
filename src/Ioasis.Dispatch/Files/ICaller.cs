using Ioasis.Devices.Interrupts;
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
}
