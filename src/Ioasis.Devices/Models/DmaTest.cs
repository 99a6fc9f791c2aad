using Ioasis.Devices.Interrupts;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Models;

/// <summary>
/// The smallest device that does DMA: an address, a command, a buffer of 4,096 bytes that always moves whole, and MSI-X to say
/// when. Register by register: docs/devices/dmatest.md.
/// </summary>
/// <remarks>
/// <see cref="PciFunction.Sync"/> protects the registers. The buffer belongs to the device thread; a reset clears it only after
/// it has cut the thread's DMA.
/// </remarks>
public sealed class DmaTest : PciFunction
{
    public static readonly DeviceModel Model = new(
        "dmatest",
        new PciIdentity(0x1234, 0x11e9, Class: 0x00ff00, Revision: 0x01, SubsystemVendor: 0x1af4, SubsystemDevice: 0x1100),
        "the smallest DMA device: 4 KiB to or from any 64-bit address, MSI-X on completion",
        [
            new("vectors", 4, 1, 4, "MSI-X vectors"),
            new("memory", 0, 0, 1 << 30, "bytes of plain memory behind BAR2, which can be mapped: a power of two from 4K up; none", IsMemory: true),
        ],
        (address, physical, options) => new DmaTest(address, physical, (int)options["vectors"], options["memory"]));

    private const int Registers = 0, MessageTable = 1, Memory = 2;
    private const int AddressLow = 0x00, AddressHigh = 0x04, Command = 0x08, Status = 0x0c, Vector = 0x10;
    private const uint CommandRun = 1, CommandFromMemory = 2, CommandRaiseWhenMoved = 4;
    private const uint CommandKnown = CommandRun | CommandFromMemory | CommandRaiseWhenMoved;
    private const uint StatusAborted = 1;

    private readonly DeviceThread _thread;
    private readonly DmaChannel _dma;
    private readonly Action _move;
    private byte[] _buffer = new byte[4096];
    private ulong _address;
    private uint _command, _status, _vector;

    public DmaTest(PciAddress address, PhysicalDevice physical, int vectors, ulong memory = 0)
        : base(address, physical, new FunctionLayout
        {
            Identity = Model.Identity,
            Bars =
            [
                new Bar(Registers, 4096), new Bar(MessageTable, 4096),
                .. memory == 0 ? [] : new[] { new Bar(Memory, memory, is64Bit: true, isPrefetchable: true, isMemory: true) },
            ],
            Capabilities =
            [
                new PowerCapability(),
                new MsixCapability(vectors, MessageTable, table: 0, pending: 0x800),
                new ExpressCapability(),
            ],
        })
    {
        _thread = new DeviceThread($"dmatest {address}");
        _dma = OpenChannel(_thread);
        _move = Move;
    }

    protected override ulong ReadRegister(int bar, ulong offset, int size) => (bar, offset, size) switch
    {
        (Registers, AddressLow, sizeof(ulong)) => _address,
        (Registers, AddressLow, sizeof(uint)) => _address,
        (Registers, AddressHigh, sizeof(uint)) => _address >> 32,
        (Registers, Command, sizeof(uint)) => _command,
        (Registers, Status, sizeof(uint)) => _status,
        (Registers, Vector, sizeof(uint)) => _vector,
        _ => NoRegister(bar, offset, size, IsRegister(bar, offset)),
    };

    protected override void WriteRegister(int bar, ulong offset, ulong value, int size)
    {
        if (bar != Registers)
            NoRegister(bar, offset, size, isRegister: false);
        if (bar != Registers || (_command & CommandRun) != 0)
            return;
        switch (offset, size)
        {
            case (AddressLow, sizeof(ulong)):
                _address = value;
                break;
            case (AddressLow, sizeof(uint)):
                _address = (_address & ~0xffff_fffful) | value;
                break;
            case (AddressHigh, sizeof(uint)):
                _address = (_address & 0xffff_ffff) | value << 32;
                break;
            case (Command, sizeof(uint)):
                _command = (uint)value & CommandKnown;
                if ((_command & CommandRun) == 0)
                    break;
                _status = 0;
                _thread.Post(_move);
                break;
            case (Vector, sizeof(uint)):
                _vector = (uint)value;
                break;
            case (Status, sizeof(uint)):
                break; // to be read only
            default:
                NoRegister(bar, offset, size, IsRegister(bar, offset));
                break;
        }
    }

    private static bool IsRegister(int bar, ulong offset) =>
        bar == Registers && offset is (AddressLow or AddressHigh or Command or Status or Vector);

    protected override void ResetRegisters()
    {
        _address = 0;
        (_command, _status, _vector) = (0, 0, 0);
        _buffer.AsSpan().Clear();
    }

    protected override void OnDmaLeftBehind() => _buffer = new byte[_buffer.Length];

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _thread.Dispose();
    }

    private void Move()
    {
        Iova address;
        bool fromMemory;
        long epoch;
        byte[] buffer;
        lock (Sync)
        {
            if ((_command & CommandRun) == 0)
                return;
            address = new Iova(_address);
            fromMemory = (_command & CommandFromMemory) != 0;
            epoch = _dma.Epoch;
            buffer = _buffer;
        }

        DmaOutcome outcome = fromMemory ? _dma.Read(epoch, address, buffer) : _dma.Write(epoch, address, buffer);

        lock (Sync)
        {
            // A reset meanwhile: what the registers hold now is not about this transfer.
            if (_dma.Epoch != epoch)
                return;
            _command &= ~CommandRun;
            _status = outcome == DmaOutcome.Done ? 0 : StatusAborted;
            if ((_command & CommandRaiseWhenMoved) != 0)
                SendMessage(_vector);
        }
    }
}
