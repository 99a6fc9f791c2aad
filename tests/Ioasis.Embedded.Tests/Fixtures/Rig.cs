using Ioasis.Client;
using Ioasis.Client.Devices;

namespace Ioasis.Embedded.Tests.Fixtures;

/// <summary>A machine with a <c>dmatest</c>, bound and attached to one address space, and allowed to do DMA.</summary>
internal sealed class Rig : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const uint Run = 1, FromMemory = 2, TellWhenMoved = 4;
    private const ulong AddressRegister = 0, CommandRegister = 8, StatusRegister = 12;

    private readonly InterruptSet _interrupts;

    public Rig()
        : this(new EmbeddedSystem("dmatest"))
    {
    }

    /// <param name="system">A machine whose first device is a dmatest; disposed with the rig.</param>
    public Rig(EmbeddedSystem system)
    {
        System = system;
        Iommu = Iommu.Open(System.Transport);
        Device = Iommu.OpenDevice("00:10.0");
        Device.Bind(Iommu);
        Space = Iommu.AllocateAddressSpace();
        Device.Attach(Space);
        Device.BusMaster = true;
        _interrupts = Device.EnableMsix();
    }

    public EmbeddedSystem System { get; }

    public Iommu Iommu { get; }

    public VfioDevice Device { get; }

    public AddressSpace Space { get; }

    /// <summary>Why the last aborted DMA was aborted.</summary>
    public string LastAbort => System.RecentAborts[^1].ToString();

    /// <summary>The device reads 4,096 bytes of memory into its buffer.</summary>
    /// <returns>False when it was aborted.</returns>
    public bool Fetch(ulong iova) => Move(iova, FromMemory);

    /// <summary>The device writes its buffer to memory.</summary>
    /// <returns>False when it was aborted.</returns>
    public bool Store(ulong iova) => Move(iova, 0);

    public void Dispose()
    {
        _interrupts.Dispose();
        Device.Dispose();
        Space.Dispose();
        Iommu.Dispose();
        System.Dispose();
    }

    private bool Move(ulong iova, uint direction)
    {
        DeviceRegion registers = Device.Region(0);
        registers.Write(AddressRegister, iova);
        registers.Write(CommandRegister, Run | direction | TellWhenMoved);
        Assert.True(_interrupts[0].TryWait(Patience, out ulong count), "the device did not interrupt");
        Assert.Equal(1u, count);
        return registers.Read<uint>(StatusRegister) == 0;
    }
}
