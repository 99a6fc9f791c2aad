using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Vfio;

/// <summary>The eventfds of whoever makes the call.</summary>
internal sealed class CallerEvents(ICaller caller) : IEventSource
{
    public Errno Take(int descriptor, out EventLine? line, ref Reason why) => caller.TakeEvent(descriptor, out line, ref why);

    public bool StillHas(EventLine line) => caller.StillHas(line);
}
