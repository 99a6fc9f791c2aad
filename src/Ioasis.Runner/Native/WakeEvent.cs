namespace Ioasis.Runner.Native;

/// <summary>An eventfd of our own, to wake a <see cref="Poller"/>.</summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    public Descriptor Descriptor { get; } = LibC.eventfd(0, Linux.EFD_CLOEXEC | Linux.EFD_NONBLOCK);

    public void Set()
    {
        ulong one = 1;
        try
        {
            _ = LibC.write(Descriptor, (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    public void Clear()
    {
        ulong count;
        _ = LibC.read(Descriptor, (byte*)&count, sizeof(ulong));
    }

    public void Dispose() => Descriptor.Dispose();
}
