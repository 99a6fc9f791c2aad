using System.Runtime.InteropServices;
using Ioasis.Client.Transports;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Embedded.Descriptors;
using Ioasis.Embedded.Memory;
using Ioasis.Embedded.Native;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Memory;

namespace Ioasis.Embedded;

/// <summary>
/// A whole machine in this process: <c>/dev/iommu</c>, VFIO devices and the models behind them, for programs written with
/// <c>Ioasis.Client</c>. No privileges, no kernel support and no other process are needed. Thread-safe.
/// </summary>
public sealed class EmbeddedSystem : IDisposable
{
    private readonly DescriptorTable _files = new();
    private readonly ThisProcess _process = new();
    private readonly DmaMemory _memory;

    /// <summary>Builds a machine from devices, as <c>ioasis run --device</c> takes them.</summary>
    /// <param name="devices"><c>MODEL[,OPTION=VALUE…]</c> each; without any, one of each model.</param>
    /// <exception cref="ArgumentException">A device is not understood; the message says why.</exception>
    public EmbeddedSystem(params string[] devices)
        : this(Parse(devices))
    {
    }

    /// <summary>Builds a machine.</summary>
    /// <exception cref="PlatformNotSupportedException">The kernel does not let this process copy its own memory.</exception>
    public EmbeddedSystem(MachineDescription description)
    {
        var everything = new InProcessMemory(_process, new OwnMappings());
        CheckCopying(everything);
        _memory = new DmaMemory(everything, _files);
        Machine = new Machine(description);
        Machine.System.DmaAborted = fault => DmaAborted?.Invoke(fault);
        Transport = new EmbeddedTransport(Machine, everything, _memory, _files);
    }

    /// <summary>
    /// A device tried a DMA that was aborted; <see cref="DmaFault.ToString"/> says all about it in a sentence. Called on the
    /// device's thread, which waits for it.
    /// </summary>
    public event Action<DmaFault>? DmaAborted;

    /// <summary>The hardware.</summary>
    public Machine Machine { get; }

    /// <summary>What to hand to <c>Iommu.Open</c> and <c>VfioDevice.Open</c>.</summary>
    public ITransport Transport { get; }

    /// <summary>Descriptors that are open now.</summary>
    public int OpenFiles => _files.Count;

    /// <summary>
    /// Bytes of DMA memory that exist now, those included that were freed but are still mapped, or not yet collected.
    /// </summary>
    public ulong DmaMemoryBytes => _memory.Bytes;

    /// <summary>Pages that are pinned for DMA now.</summary>
    public ulong PinnedPages => _process.Pinned.Pages;

    /// <summary>The last aborted DMAs of each device, the oldest first.</summary>
    public IReadOnlyList<DmaFault> RecentAborts => [.. Machine.Functions.SelectMany((PciFunction one) => one.Physical.Faults.Recent())];

    /// <summary>
    /// Stops the devices. What is still open may be closed afterwards, but does no more work. Safe to do twice.
    /// </summary>
    public void Dispose() => Machine.Dispose();

    private static MachineDescription Parse(string[] devices) =>
        MachineDescription.TryParse([], devices, null, null, out MachineDescription? machine, out string? error)
            ? machine!
            : throw new ArgumentException(error, nameof(devices));

    /// <summary>Some sandboxes forbid the calls; better to say so at once than to call every address bad.</summary>
    private static unsafe void CheckCopying(ClientMemory memory)
    {
        ulong there = 0x0123456789abcdef, here = 0;
        memory.Read(new HostAddress((ulong)&there), MemoryMarshal.AsBytes(new Span<ulong>(ref here)));
        if (here == there)
            return;
        int error = Marshal.GetLastPInvokeError();
        throw new PlatformNotSupportedException(
            error is LibC.EPERM or LibC.ENOSYS
                ? "this sandbox forbids process_vm_readv, which the embedded system needs to reach memory safely"
                : $"process_vm_readv on this process fails: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
