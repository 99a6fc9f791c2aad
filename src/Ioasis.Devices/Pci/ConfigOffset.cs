namespace Ioasis.Devices.Pci;

/// <summary>Places in the configuration header (PCI 3.0, 6.1) and the bits of it that mean something here.</summary>
public static class ConfigOffset
{
    public const int Vendor = 0x00;
    public const int Device = 0x02;
    public const int Command = 0x04;
    public const int Status = 0x06;
    public const int Revision = 0x08;
    public const int Class = 0x09;
    public const int CacheLineSize = 0x0c;
    public const int LatencyTimer = 0x0d;
    public const int HeaderType = 0x0e;
    public const int Bar0 = 0x10;
    public const int SubsystemVendor = 0x2c;
    public const int SubsystemDevice = 0x2e;
    public const int Rom = 0x30;
    public const int CapabilityList = 0x34;
    public const int InterruptLine = 0x3c;
    public const int InterruptPin = 0x3d;

    /// <summary>Where the header ends and capabilities begin.</summary>
    public const int HeaderEnd = 0x40;

    /// <summary>Where the configuration space of conventional PCI ends and the extended one of PCIe begins.</summary>
    public const int ConventionalEnd = 0x100;

    public const ushort CommandMemory = 1 << 1;
    public const ushort CommandBusMaster = 1 << 2;
    public const ushort CommandParity = 1 << 6;
    public const ushort CommandSystemError = 1 << 8;
    public const ushort CommandInterruptDisable = 1 << 10;

    /// <summary>In the header type: other functions share the slot.</summary>
    public const byte HeaderSeveralFunctions = 0x80;

    public const ushort StatusInterrupt = 1 << 3;
    public const ushort StatusCapabilityList = 1 << 4;
}
