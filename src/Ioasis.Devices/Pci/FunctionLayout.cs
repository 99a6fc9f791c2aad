using Ioasis.Devices.Pci.Capabilities;

namespace Ioasis.Devices.Pci;

/// <summary>What a device model is made of as a PCI function: from this the configuration space is laid out. One a function.</summary>
public sealed class FunctionLayout
{
    public required PciIdentity Identity { get; init; }

    /// <summary>1 for INTA; 0 for a function without INTx.</summary>
    public byte InterruptPin { get; init; }

    /// <summary>Memory BARs, in any order; indexes that are not named do not exist.</summary>
    public IReadOnlyList<Bar> Bars { get; init; } = [];

    /// <summary>Capabilities of conventional configuration space, in the order of their list.</summary>
    public IReadOnlyList<PciCapability> Capabilities { get; init; } = [];

    /// <summary>The capability of a kind, or null.</summary>
    public T? Find<T>()
        where T : PciCapability => Capabilities.OfType<T>().FirstOrDefault();

    /// <summary>The configuration space at power-on, BAR addresses apart.</summary>
    internal ConfigSpace ToConfigSpace()
    {
        var config = new ConfigSpace();
        config.Set16(ConfigOffset.Vendor, Identity.Vendor);
        config.Set16(ConfigOffset.Device, Identity.Device);
        config.Set8(ConfigOffset.Revision, Identity.Revision);
        config.Set8(ConfigOffset.Class, (byte)Identity.Class);
        config.Set16(ConfigOffset.Class + 1, (ushort)(Identity.Class >> 8));
        config.Set16(ConfigOffset.SubsystemVendor, Identity.SubsystemVendor);
        config.Set16(ConfigOffset.SubsystemDevice, Identity.SubsystemDevice);
        config.Set8(ConfigOffset.InterruptPin, InterruptPin);

        config.Allow16(ConfigOffset.Command, ConfigOffset.CommandMemory | ConfigOffset.CommandBusMaster | ConfigOffset.CommandParity
            | ConfigOffset.CommandSystemError | ConfigOffset.CommandInterruptDisable);
        config.Allow8(ConfigOffset.CacheLineSize, 0xff);
        config.Allow8(ConfigOffset.InterruptLine, 0xff);

        foreach (Bar bar in Bars)
            PlaceBar(config, bar);
        PlaceCapabilities(config);
        return config;
    }

    /// <summary>A BAR's low bits say its kind, and only bits above its size can be written: that is how software sizes it.</summary>
    private static void PlaceBar(ConfigSpace config, Bar bar)
    {
        int register = ConfigOffset.Bar0 + bar.Index * sizeof(uint);
        ulong mask = ~(bar.Size - 1);
        config.Set32(register, bar.TypeBits);
        config.Allow32(register, (uint)mask);
        if (bar.Is64Bit)
            config.Allow32(register + sizeof(uint), (uint)(mask >> 32));
    }

    private void PlaceCapabilities(ConfigSpace config)
    {
        int pointer = ConfigOffset.CapabilityList;
        int next = ConfigOffset.HeaderEnd;
        foreach (PciCapability capability in Capabilities)
        {
            if (next + capability.Size > ConfigOffset.ConventionalEnd)
                throw new InvalidOperationException("the capabilities do not fit into 256 bytes");
            capability.Offset = next;
            config.Set8(pointer, (byte)next);
            config.Set8(next, capability.Id);
            capability.Describe(config);
            pointer = next + 1;
            next = (next + capability.Size + 3) & ~3;
        }
        if (Capabilities.Count != 0)
            config.Set16(ConfigOffset.Status, ConfigOffset.StatusCapabilityList);
    }
}
