using System.Runtime.InteropServices;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Pci.Capabilities;
using Ioasis.Devices.Registers;
using Ioasis.Devices.Work;
using Ioasis.Engine.Addresses;

namespace MyDevice;

// [device]
/// <summary>A device that adds up 32-bit words in memory, and sends an MSI-X message when it has.</summary>
public sealed class Summer : PciFunction
{
    private const uint Idle = 0, Busy = 1, Aborted = 2;

    private static readonly RegisterBlock s_block = new();
    private static readonly Register
        s_address = s_block.Add("ADDRESS", 0x00, 8, "IOVA of the first word"),
        s_count = s_block.Add("COUNT", 0x08, 4, "words, 1,023 at most; writing it begins", writable: 0x3ff),
        s_sum = s_block.Add("SUM", 0x0c, 4, "their sum, modulo 2^32", RegisterAccess.ReadOnly),
        s_status = s_block.Add("STATUS", 0x10, 4, "0 idle, 1 busy, 2 the DMA was aborted", RegisterAccess.ReadOnly);

    public static readonly DeviceModel Model = new(
        "summer", new PciIdentity(0x1234, 0x5add, Class: 0xff0000), "adds up words in memory", [], place => new Summer(place));

    private readonly DeviceWorker _worker;

    private Summer(DevicePlace place)
        : base(place, new FunctionLayout
        {
            Identity = Model.Identity,
            Bars = [new Bar(0, 4096, registers: s_block), new Bar(1, 4096)],
            Capabilities = [new MsixCapability(vectors: 1, bar: 1, table: 0, pending: 0x800), new ExpressCapability()],
        }) => _worker = AddWorker();

    protected override bool Accepts(Register register, ulong value) => this[s_status] != Busy;

    protected override void OnWritten(Register register)
    {
        if (register != s_count)
            return;
        this[s_status] = Busy;
        (Iova from, int words) = (new Iova(this[s_address]), (int)this[s_count]);
        _worker.Post(work => Add(work, from, words));
    }

    private void Add(DeviceWork work, Iova from, int words)
    {
        Span<uint> memory = stackalloc uint[words];
        DmaOutcome outcome = work.Read(from, MemoryMarshal.AsBytes(memory));
        uint sum = 0;
        foreach (uint word in memory)
            sum += word;

        lock (Sync)
        {
            if (work.IsCancelled)
                return; // a reset meanwhile: the registers are about something else
            this[s_sum] = sum;
            this[s_status] = outcome == DmaOutcome.Done ? Idle : Aborted;
            SendMessage(0);
        }
    }
}
// [/device]
