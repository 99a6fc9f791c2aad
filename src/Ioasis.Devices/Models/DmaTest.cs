using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Devices.Registers;
using Ioasis.Devices.Work;
using Ioasis.Engine.Addresses;

namespace Ioasis.Devices.Models;

/// <summary>
/// The smallest device that does DMA: an address, a command, a buffer of 4,096 bytes that always moves whole, and MSI-X to say
/// when. Register by register: docs/devices/dmatest.md.
/// </summary>
/// <remarks>The buffer belongs to the worker; a reset clears it only after it has cut the worker's DMA.</remarks>
public sealed class DmaTest : PciFunction
{
    private const ulong CommandRun = 1, CommandFromMemory = 2, CommandRaiseWhenMoved = 4, StatusAborted = 1;
    private const int MessageTable = 1, Memory = 2; // BARs

    private static readonly RegisterBlock s_registers = new();
    private static readonly Register
        s_address = s_registers.Add("ADDRESS", 0x00, 8, "the IOVA of the other end", widths: RegisterWidths.Halves),
        s_command = s_registers.Add("COMMAND", 0x08, 4, "begins a transfer", writable: CommandRun | CommandFromMemory | CommandRaiseWhenMoved),
        s_status = s_registers.Add("STATUS", 0x0c, 4, "how the last one ended", RegisterAccess.ReadOnly),
        s_vector = s_registers.Add("VECTOR", 0x10, 4, "which MSI-X vector");

    public static readonly DeviceOption<ulong>
        Vectors = DeviceOption.Number("vectors", 4, 1, 4, "MSI-X vectors"),
        MemoryBytes = DeviceOption.BarSize("memory", 0, 1 << 30, "bytes of plain memory behind BAR2, which can be mapped: a power of two from 4K up; none");

    public static readonly DeviceModel Model = new(
        "dmatest",
        new PciIdentity(0x1234, 0x11e9, Class: 0x00ff00, Revision: 0x01, SubsystemVendor: 0x1af4, SubsystemDevice: 0x1100),
        "the smallest DMA device: 4 KiB to or from any 64-bit address, MSI-X on completion",
        [Vectors, MemoryBytes],
        place => new DmaTest(place));

    private readonly DeviceWorker _worker;
    private readonly DeviceAction _move;
    private byte[] _buffer = new byte[4096];

    public DmaTest(DevicePlace place)
        : base(place, LayoutOf((int)place.Options.Get(Vectors), place.Options.Get(MemoryBytes)))
    {
        _worker = AddWorker();
        _move = Move;
    }

    /// <summary>While it runs, it takes no writes.</summary>
    protected override bool Accepts(Register register, ulong value) => (this[s_command] & CommandRun) == 0;

    protected override void OnWritten(Register register)
    {
        if (register != s_command || (this[s_command] & CommandRun) == 0)
            return;
        this[s_status] = 0;
        _worker.Post(_move);
    }

    protected override void OnReset() => _buffer.AsSpan().Clear();

    protected override void OnDmaLeftBehind() => _buffer = new byte[_buffer.Length];

    private void Move(DeviceWork work)
    {
        Iova address;
        bool fromMemory;
        byte[] buffer;
        lock (Sync)
        {
            if (work.IsCancelled)
                return;
            address = new Iova(this[s_address]);
            fromMemory = (this[s_command] & CommandFromMemory) != 0;
            buffer = _buffer;
        }

        DmaOutcome outcome = fromMemory ? work.Read(address, buffer) : work.Write(address, buffer);

        lock (Sync)
        {
            if (work.IsCancelled)
                return;
            this[s_command] &= ~CommandRun;
            this[s_status] = outcome == DmaOutcome.Done ? 0 : StatusAborted;
            if ((this[s_command] & CommandRaiseWhenMoved) != 0)
                SendMessage((uint)this[s_vector]);
        }
    }

    private static FunctionLayout LayoutOf(int vectors, ulong memory) => new()
    {
        Identity = Model.Identity,
        Bars =
        [
            new Bar(0, 4096, registers: s_registers), new Bar(MessageTable, 4096),
            .. memory == 0 ? [] : new[] { new Bar(Memory, memory, is64Bit: true, isPrefetchable: true, isMemory: true) },
        ],
        Capabilities = [new PowerCapability(), new MsixCapability(vectors, MessageTable, table: 0, pending: 0x800), new ExpressCapability()],
    };
}
