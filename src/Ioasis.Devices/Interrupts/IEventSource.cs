using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Interrupts;

/// <summary>Turns the descriptor numbers in a client's request into event lines.</summary>
public interface IEventSource
{
    /// <summary>Takes the eventfd behind one of the client's descriptors. The taker disposes the line.</summary>
    /// <returns>EBADF when the descriptor is not open, EINVAL when it is no eventfd.</returns>
    Errno Take(int descriptor, out EventLine? line, ref Reason why);

    /// <summary>Whether the client still has the eventfd of a line that was taken: when not, it will never signal it.</summary>
    bool StillHas(EventLine line);
}
