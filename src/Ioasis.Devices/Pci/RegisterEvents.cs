using System.Buffers.Binary;
using Ioasis.Devices.Interrupts;

namespace Ioasis.Devices.Pci;

/// <summary>
/// Writes to registers that a client's eventfds cause (VFIO_DEVICE_IOEVENTFD): each time one is signalled, its value is written as if
/// by the client, unless the function decodes no memory then.
/// </summary>
/// <remarks><see cref="_lock"/> guards the list; the writes run on the thread that waits for eventfds, without it.</remarks>
public sealed class RegisterEvents(PciFunction function)
{
    /// <summary>The most that a function can have, as in Linux.</summary>
    public const int Most = 1000;

    private readonly Lock _lock = new();
    private readonly List<(Key What, EventLine Line)> _events = [];

    /// <summary>One write: where, how wide (bytes) and what.</summary>
    public readonly record struct Key(int Bar, ulong Offset, int Size, ulong Value);

    /// <summary>Writes that are set up.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _events.Count;
        }
    }

    public bool Contains(Key what)
    {
        lock (_lock)
            return IndexOf(what) >= 0;
    }

    /// <summary>Sets a write up; it is not there yet. The line belongs to this list from now on.</summary>
    public void Add(Key what, EventLine line)
    {
        lock (_lock)
            _events.Add((what, line));
        line.Listen(() => Write(what));
    }

    /// <summary>Takes a write away.</summary>
    /// <returns>False when it is not there.</returns>
    public bool Remove(Key what)
    {
        EventLine line;
        lock (_lock)
        {
            int index = IndexOf(what);
            if (index < 0)
                return false;
            line = _events[index].Line;
            _events.RemoveAt(index);
        }

        line.Dispose();
        return true;
    }

    /// <summary>Takes all writes away, as when the client closes the device.</summary>
    public void Clear()
    {
        EventLine[] lines;
        lock (_lock)
        {
            lines = [.. _events.Select(one => one.Line)];
            _events.Clear();
        }

        foreach (EventLine line in lines)
            line.Dispose();
    }

    private int IndexOf(Key what) => _events.FindIndex(one => one.What == what);

    private void Write(Key what)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, what.Value);
        function.TryWriteBar(what.Bar, what.Offset, bytes[..what.Size]);
    }
}
