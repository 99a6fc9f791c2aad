using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Client.Native;
using Ioasis.Client.Transports;
using static Ioasis.Abi.vfio_irq_set_flags;

namespace Ioasis.Client.Devices;

/// <summary>
/// Interrupts of one kind that are enabled, one <see cref="InterruptSource"/> a vector; disposing disables them.
/// Thread-safe.
/// </summary>
public sealed class InterruptSet : IReadOnlyList<InterruptSource>, IDisposable
{
    /// <summary>Most vectors of any kind: PCI's limit for MSI-X.</summary>
    private const int Most = 2048;

    private readonly DescriptorHandle _device;
    private readonly string _path;
    private readonly InterruptSource[] _sources;
    private int _disposed;

    private InterruptSet(DescriptorHandle device, string path, InterruptKind kind, InterruptSource[] sources)
    {
        _device = device;
        _path = path;
        Kind = kind;
        _sources = sources;
    }

    /// <summary>Which interrupts they are.</summary>
    public InterruptKind Kind { get; }

    /// <summary>How many vectors are enabled.</summary>
    public int Count => _sources.Length;

    /// <summary>The source of a vector.</summary>
    public InterruptSource this[int vector] => _sources[vector];

    /// <summary>Lets the line interrupt again: INTx masks itself with each interrupt.</summary>
    /// <exception cref="IommuException">The kind cannot be masked.</exception>
    public void Unmask() => Set(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK, Count, []);

    /// <summary>Keeps the line from interrupting.</summary>
    /// <inheritdoc cref="Unmask"/>
    public void Mask() => Set(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, Count, []);

    /// <summary>Signals all vectors as if the device had: for testing the way of an interrupt without the device.</summary>
    public void Trigger() => Set(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, Count, []);

    /// <summary>Disables the interrupts. Safe to do twice, and after the device was closed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            _ = Send(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, []);
        }
        catch (ObjectDisposedException)
        {
            // Closing the device has disabled them.
        }

        foreach (InterruptSource source in _sources)
            source.Dispose();
    }

    public IEnumerator<InterruptSource> GetEnumerator() => ((IEnumerable<InterruptSource>)_sources).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static InterruptSet Enable(DescriptorHandle device, string path, InterruptKind kind, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Most);
        var sources = new InterruptSource[count];
        InterruptSet set = new(device, path, kind, sources);
        Span<int> descriptors = stackalloc int[count];
        try
        {
            for (int vector = 0; vector < count; vector++)
            {
                sources[vector] = new InterruptSource(EventDescriptor.Create());
                descriptors[vector] = sources[vector].Descriptor;
            }

            set.Set(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, count, MemoryMarshal.AsBytes(descriptors));
            return set;
        }
        catch
        {
            foreach (InterruptSource? source in sources)
                source?.Dispose();
            throw;
        }
    }

    private void Set(vfio_irq_set_flags flags, int count, ReadOnlySpan<byte> data)
    {
        CallResult result = Send(flags, count, data);
        if (result.Failed)
            throw new IommuException(nameof(Vfio.VFIO_DEVICE_SET_IRQS), $"{_path}, {Kind}, vectors 0 to {count - 1}, {flags}", result);
    }

    private CallResult Send(vfio_irq_set_flags flags, int count, ReadOnlySpan<byte> data)
    {
        int size = vfio_irq_set.offsetof_data + data.Length;
        Span<byte> buffer = stackalloc byte[size];
        vfio_irq_set header = new() { argsz = (uint)size, flags = flags, index = (uint)Kind, start = 0, count = (uint)count };
        Unsafe.WriteUnaligned(ref buffer[0], header);
        data.CopyTo(buffer[vfio_irq_set.offsetof_data..]);
        return _device.Ioctl(Vfio.VFIO_DEVICE_SET_IRQS, buffer);
    }
}
