using Ioasis.Devices.Interrupts;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Devices.Registers;
using Ioasis.Devices.Work;

namespace Ioasis.Devices.Models;

/// <summary>
/// QEMU's educational device, as its specification (docs/specs/edu) describes it: identification, liveness, factorial,
/// interrupts by INTx or MSI, and DMA between memory and a buffer of 4,096 bytes. Register by register: docs/devices/edu.md.
/// </summary>
/// <remarks>The buffer belongs to the worker; a reset clears it only after it has cut the worker's DMA.</remarks>
public sealed class Edu : PciFunction
{
    private const ulong StatusComputing = 0x01, StatusRaiseWhenComputed = 0x80;
    private const uint InterruptComputed = 0x001, InterruptMoved = 0x100;
    private const ulong CommandRun = 1, CommandToMemory = 2, CommandRaiseWhenMoved = 4;

    private static readonly RegisterBlock s_registers = new();
    private static readonly Register
        s_identification = s_registers.Add("IDENTIFICATION", 0x00, 4, "010000edh", RegisterAccess.ReadOnly, reset: 0x010000ed),
        s_liveness = s_registers.Add("LIVENESS", 0x04, 4, "reads as the inversion of what was written"),
        s_factorial = s_registers.Add("FACTORIAL", 0x08, 4, "write n, read n! modulo 2^32"),
        s_status = s_registers.Add("STATUS", 0x20, 4, "bit 0: computing; bit 7: raise interrupt 1 when computed", writable: StatusRaiseWhenComputed),
        s_interruptStatus = s_registers.Add("INTERRUPT_STATUS", 0x24, 4, "raised and not acknowledged", RegisterAccess.ReadOnly),
        s_raise = s_registers.Add("INTERRUPT_RAISE", 0x60, 4, "raises these", RegisterAccess.WriteOnly),
        s_acknowledge = s_registers.Add("INTERRUPT_ACKNOWLEDGE", 0x64, 4, "acknowledges these", RegisterAccess.WriteOnly),
        s_source = s_registers.Add("DMA_SOURCE", 0x80, 8, "where a transfer begins", widths: RegisterWidths.Low),
        s_destination = s_registers.Add("DMA_DESTINATION", 0x88, 8, "where it goes", widths: RegisterWidths.Low),
        s_count = s_registers.Add("DMA_COUNT", 0x90, 8, "how many bytes", widths: RegisterWidths.Low),
        s_command = s_registers.Add("DMA_COMMAND", 0x98, 8, "bit 0: run; bit 1: to memory; bit 2: raise interrupt 100h at the end", widths: RegisterWidths.Low);

    public static readonly DeviceOption<ulong> DmaMask = DeviceOption.Number(
        "dma_mask", 0x0fff_ffff, 0, ulong.MaxValue, "address bits that its DMA can reach; others are dropped (28 bits)");

    public static readonly DeviceModel Model = new(
        "edu",
        new PciIdentity(0x1234, 0x11e8, Class: 0x00ff00, Revision: 0x10, SubsystemVendor: 0x1af4, SubsystemDevice: 0x1100),
        "QEMU's educational device: registers, a factorial, INTx or MSI, DMA through a buffer of 4 KiB",
        [DmaMask],
        place => new Edu(place));

    private readonly DeviceWorker _worker;
    private readonly DeviceAction _compute, _move;
    private readonly ulong _dmaMask;
    private EduBuffer _buffer;

    public Edu(DevicePlace place)
        : base(place, new FunctionLayout
        {
            Identity = Model.Identity,
            InterruptPin = 1,
            Bars = [new Bar(0, 1 << 20, registers: s_registers)],
            Capabilities = [new PowerCapability(), new MsiCapability(1), new ExpressCapability()],
        })
    {
        _worker = AddWorker();
        _dmaMask = place.Options.Get(DmaMask);
        _buffer = new EduBuffer(this, _dmaMask);
        _compute = Compute;
        _move = Move;
    }

    protected override bool Accepts(Register register, ulong value)
    {
        if (register == s_factorial)
            return (this[s_status] & StatusComputing) == 0;
        return register.Offset < s_source.Offset
            || ((this[s_command] & CommandRun) == 0 && (register != s_command || (value & CommandRun) != 0));
    }

    protected override void OnWritten(Register register)
    {
        if (register == s_liveness)
        {
            this[s_liveness] = ~this[s_liveness];
        }
        else if (register == s_factorial)
        {
            this[s_status] |= StatusComputing;
            _worker.Post(_compute);
        }
        else if (register == s_raise)
        {
            Raise((uint)this[s_raise]);
        }
        else if (register == s_acknowledge)
        {
            Acknowledge((uint)this[s_acknowledge]);
        }
        else if (register == s_command)
        {
            _worker.Post(_move);
        }
    }

    protected override void OnReset() => _buffer.Clear();

    protected override void OnDmaLeftBehind() => _buffer = new EduBuffer(this, _dmaMask);

    private void Raise(uint interrupts)
    {
        this[s_interruptStatus] |= interrupts;
        if (this[s_interruptStatus] == 0)
            return;
        if (Interrupts.Mode == InterruptMode.Msi)
            SendMessage(0);
        else
            Interrupts.SetPin(true);
    }

    private void Acknowledge(uint interrupts)
    {
        this[s_interruptStatus] &= ~interrupts;
        if (this[s_interruptStatus] == 0)
            Interrupts.SetPin(false);
    }

    private void Compute(DeviceWork work)
    {
        uint n;
        lock (Sync)
        {
            if (work.IsCancelled)
                return;
            n = (uint)this[s_factorial];
        }

        // Modulo 2^32 it is 0 from 34 on, so there is no need to multiply four thousand million times.
        uint product = 1;
        for (; n > 1 && product != 0; n--)
            product *= n;

        lock (Sync)
        {
            if (work.IsCancelled)
                return;
            this[s_factorial] = product;
            this[s_status] &= ~StatusComputing;
            if ((this[s_status] & StatusRaiseWhenComputed) != 0)
                Raise(InterruptComputed);
        }
    }

    private void Move(DeviceWork work)
    {
        ulong source, destination, count;
        bool toMemory;
        EduBuffer buffer;
        lock (Sync)
        {
            if (work.IsCancelled)
                return;
            (source, destination, count) = (this[s_source], this[s_destination], this[s_count]);
            toMemory = (this[s_command] & CommandToMemory) != 0;
            buffer = _buffer;
        }

        if (toMemory)
            buffer.Store(work, source, destination, count);
        else
            buffer.Fetch(work, source, destination, count);

        lock (Sync)
        {
            if (work.IsCancelled)
                return;
            this[s_command] &= ~CommandRun;
            if ((this[s_command] & CommandRaiseWhenMoved) != 0)
                Raise(InterruptMoved);
        }
    }
}
