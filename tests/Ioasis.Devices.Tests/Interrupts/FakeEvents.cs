using Ioasis.Devices.Interrupts;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Tests.Interrupts;

/// <summary>A client with descriptors: from 100 up eventfds, 50 something else, the rest not open.</summary>
public sealed class FakeEvents : IEventSource
{
    public const int NotAnEvent = 50;
    public const int NotOpen = 7;

    private readonly Dictionary<int, FakeEventLine> _lines = [];

    /// <summary>How many lines were taken and not given back.</summary>
    public int Held => _lines.Values.Count(line => !line.IsDisposed);

    public FakeEventLine this[int descriptor] => _lines[descriptor];

    /// <summary>The client closed its descriptor of this line.</summary>
    public EventLine? Closed { get; set; }

    public bool StillHas(EventLine line) => line != Closed;

    public Errno Take(int descriptor, out EventLine? line, ref Reason why)
    {
        line = null;
        if (descriptor == NotAnEvent)
            return why.Because(ReasonCode.DescriptorNotAnEvent, (ulong)descriptor);
        if (descriptor < 100)
            return why.Because(ReasonCode.BadDescriptor, (ulong)descriptor);
        line = _lines[descriptor] = new FakeEventLine();
        return Errno.Success;
    }
}
