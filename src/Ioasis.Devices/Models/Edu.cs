using Ioasis.Devices.Interrupts;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Models;

/// <summary>
/// QEMU's educational device, as its specification (docs/specs/edu) describes it: identification, liveness, factorial,
/// interrupts by INTx or MSI, and DMA between memory and a buffer of 4,096 bytes. Register by register: docs/devices/edu.md.
/// </summary>
/// <remarks>
/// <see cref="PciFunction.Sync"/> protects the registers. The buffer belongs to the device thread; a reset clears it only after
/// it has cut the thread's DMA.
/// </remarks>
public sealed class Edu : PciFunction
{
    public static readonly DeviceModel Model = new(
        "edu",
        new PciIdentity(0x1234, 0x11e8, Class: 0x00ff00, Revision: 0x10, SubsystemVendor: 0x1af4, SubsystemDevice: 0x1100),
        "QEMU's educational device: registers, a factorial, INTx or MSI, DMA through a buffer of 4 KiB",
        [new("dma_mask", 0x0fff_ffff, 0, ulong.MaxValue, "address bits that its DMA can reach; others are dropped (28 bits)")],
        (address, physical, options) => new Edu(address, physical, options["dma_mask"]));

    private const int Identification = 0x00, Liveness = 0x04, Factorial = 0x08, Status = 0x20, InterruptStatus = 0x24,
        InterruptRaise = 0x60, InterruptAcknowledge = 0x64, WideRegisters = 0x80, DmaSource = 0x80, DmaDestination = 0x88,
        DmaCount = 0x90, DmaCommand = 0x98;

    private const uint StatusComputing = 0x01, StatusRaiseWhenComputed = 0x80;
    private const uint InterruptComputed = 0x001, InterruptMoved = 0x100;
    private const ulong CommandRun = 1, CommandToMemory = 2, CommandRaiseWhenMoved = 4;

    private readonly DeviceThread _thread;
    private readonly DmaChannel _dma;
    private EduBuffer _buffer;
    private readonly ulong _dmaMask;
    private readonly Action _compute;
    private readonly Action _move;
    private uint _liveness, _factorial, _status, _interruptStatus;
    private ulong _source, _destination, _count, _command;

    public Edu(PciAddress address, PhysicalDevice physical, ulong dmaMask)
        : base(address, physical, new FunctionLayout
        {
            Identity = Model.Identity,
            InterruptPin = 1,
            Bars = [new Bar(0, 1 << 20)],
            Capabilities = [new PowerCapability(), new MsiCapability(1), new ExpressCapability()],
        })
    {
        _thread = new DeviceThread($"edu {address}");
        _dma = OpenChannel(_thread);
        _dmaMask = dmaMask;
        _buffer = new EduBuffer(this, _dma, dmaMask);
        _compute = Compute;
        _move = Move;
    }

    protected override ulong ReadRegister(int bar, ulong offset, int size)
    {
        if (!HasWidth(offset, size))
            return NoRegister(bar, offset, size, IsRegister(offset));
        return offset switch
        {
            Identification => 0x010000ed,
            Liveness => _liveness,
            Factorial => _factorial,
            Status => _status,
            InterruptStatus => _interruptStatus,
            DmaSource => _source,
            DmaDestination => _destination,
            DmaCount => _count,
            DmaCommand => _command,
            InterruptRaise or InterruptAcknowledge => ulong.MaxValue, // to be written only
            _ => NoRegister(bar, offset, size, isRegister: false),
        };
    }

    protected override void WriteRegister(int bar, ulong offset, ulong value, int size)
    {
        if (!HasWidth(offset, size) || !IsRegister(offset))
        {
            NoRegister(bar, offset, size, IsRegister(offset));
            return;
        }

        switch (offset)
        {
            case Liveness:
                _liveness = ~(uint)value;
                break;
            case Factorial when (_status & StatusComputing) == 0:
                _factorial = (uint)value;
                _status |= StatusComputing;
                _thread.Post(_compute);
                break;
            case Status:
                _status = (_status & ~StatusRaiseWhenComputed) | ((uint)value & StatusRaiseWhenComputed);
                break;
            case InterruptRaise:
                Raise((uint)value);
                break;
            case InterruptAcknowledge:
                Acknowledge((uint)value);
                break;
            case DmaSource or DmaDestination or DmaCount or DmaCommand when (_command & CommandRun) == 0:
                WriteDmaRegister(offset, value);
                break;
        }
    }

    protected override void ResetRegisters()
    {
        (_liveness, _factorial, _status, _interruptStatus) = (0, 0, 0, 0);
        (_source, _destination, _count, _command) = (0, 0, 0, 0);
        _buffer.Clear();
    }

    protected override void OnDmaLeftBehind() => _buffer = new EduBuffer(this, _dma, _dmaMask);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _thread.Dispose();
    }

    /// <summary>Below 0x80 registers answer to 4 bytes only, from there on to 4 or 8.</summary>
    private static bool HasWidth(ulong offset, int size) =>
        size == sizeof(uint) || (size == sizeof(ulong) && offset >= WideRegisters);

    private static bool IsRegister(ulong offset) => offset is Identification or Liveness or Factorial or Status or InterruptStatus
        or InterruptRaise or InterruptAcknowledge or DmaSource or DmaDestination or DmaCount or DmaCommand;

    private void WriteDmaRegister(ulong offset, ulong value)
    {
        switch (offset)
        {
            case DmaSource:
                _source = value;
                break;
            case DmaDestination:
                _destination = value;
                break;
            case DmaCount:
                _count = value;
                break;
            case DmaCommand when (value & CommandRun) != 0:
                _command = value;
                _thread.Post(_move);
                break;
        }
    }

    private void Raise(uint interrupts)
    {
        _interruptStatus |= interrupts;
        if (_interruptStatus == 0)
            return;
        if (Interrupts.Mode == InterruptMode.Msi)
            SendMessage(0);
        else
            Interrupts.SetPin(true);
    }

    private void Acknowledge(uint interrupts)
    {
        _interruptStatus &= ~interrupts;
        if (_interruptStatus == 0)
            Interrupts.SetPin(false);
    }

    private void Compute()
    {
        uint n;
        lock (Sync)
        {
            if ((_status & StatusComputing) == 0)
                return;
            n = _factorial;
        }

        // Modulo 2^32 it is 0 from 34 on, so there is no need to multiply four thousand million times.
        uint product = 1;
        for (; n > 1 && product != 0; n--)
            product *= n;

        lock (Sync)
        {
            if ((_status & StatusComputing) == 0)
                return;
            _factorial = product;
            _status &= ~StatusComputing;
            if ((_status & StatusRaiseWhenComputed) != 0)
                Raise(InterruptComputed);
        }
    }

    private void Move()
    {
        ulong source, destination, count;
        bool toMemory;
        long epoch;
        EduBuffer buffer;
        lock (Sync)
        {
            if ((_command & CommandRun) == 0)
                return;
            (source, destination, count) = (_source, _destination, _count);
            toMemory = (_command & CommandToMemory) != 0;
            epoch = _dma.Epoch;
            buffer = _buffer;
        }

        if (toMemory)
            buffer.Store(epoch, source, destination, count);
        else
            buffer.Fetch(epoch, source, destination, count);

        lock (Sync)
        {
            // A reset meanwhile: what the registers hold now is not about this transfer.
            if (_dma.Epoch != epoch)
                return;
            _command &= ~CommandRun;
            if ((_command & CommandRaiseWhenMoved) != 0)
                Raise(InterruptMoved);
        }
    }
}
