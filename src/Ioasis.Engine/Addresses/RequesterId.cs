namespace Ioasis.Engine.Addresses;

/// <summary>A PCI requester ID: bus (8 bits), device (5 bits), function (3 bits).</summary>
public readonly record struct RequesterId(ushort Value)
{
    public RequesterId(int bus, int device, int function)
        : this(checked((ushort)(bus << 8 | device << 3 | function)))
    {
    }

    public int Bus => Value >> 8;

    public int Device => Value >> 3 & 0x1f;

    public int Function => Value & 7;

    /// <summary>
    /// The stream ID under which an SMMU that is wired one to one sees this requester; the only mapping between PCI's names
    /// (RID, PASID) and Arm's (SID, SSID) in the system.
    /// </summary>
    public StreamId ToStreamId(uint streamBase = 0) => new(streamBase + Value);

    /// <summary>As <c>lspci</c> writes it: <c>bb:dd.f</c>.</summary>
    public override string ToString() => $"{Bus:x2}:{Device:x2}.{Function}";
}
