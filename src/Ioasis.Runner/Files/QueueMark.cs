using Ioasis.Runner.Native;

namespace Ioasis.Runner.Files;

/// <summary>
/// Makes the stand-in of a queue readable for poll(2) and its kin, by a byte in the pipe, and unreadable, by taking out all there is.
/// </summary>
/// <remarks>
/// Calls come one after the other, in the order in which the queue changes. A client that moves its descriptor out of the numbers that
/// are trapped may put bytes of its own in or take ours out: the next change puts that right, and nobody else sees it.
/// </remarks>
internal sealed unsafe class QueueMark(Descriptor pipe)
{
    private const int Room = 4096;

    /// <summary>The queue has become readable, or is no longer.</summary>
    public void Set(bool readable)
    {
        byte* bytes = stackalloc byte[Room];
        try
        {
            if (readable)
            {
                *bytes = 1;
                if (!IsSet())
                    _ = LibC.write(pipe, bytes, 1);
            }
            else
            {
                while (LibC.read(pipe, bytes, Room) > 0)
                {
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The client closed the queue just before it changed.
        }
    }

    private bool IsSet()
    {
        bool held = false;
        try
        {
            pipe.DangerousAddRef(ref held);
            var poll = new pollfd { fd = pipe.Number, events = Linux.POLLIN };
            return LibC.poll(&poll, 1, 0) > 0;
        }
        finally
        {
            if (held)
                pipe.DangerousRelease();
        }
    }
}
