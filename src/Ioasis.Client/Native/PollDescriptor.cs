namespace Ioasis.Client.Native;

/// <summary><c>struct pollfd</c> of poll.h.</summary>
internal struct PollDescriptor
{
    public int Descriptor;
    public short Events;
    public short Returned;
}
