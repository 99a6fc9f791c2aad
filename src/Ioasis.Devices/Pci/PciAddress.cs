using System.Globalization;
using Ioasis.Engine.Addresses;

namespace Ioasis.Devices.Pci;

/// <summary>Where a function sits: a PCI domain (segment) and the requester ID within it.</summary>
/// <param name="Domain">PCI domain, 16 bits.</param>
/// <param name="Rid">Bus, device and function.</param>
public readonly record struct PciAddress(ushort Domain, RequesterId Rid)
{
    /// <summary>Reads <c>dddd:bb:dd.f</c>, or <c>bb:dd.f</c> in domain 0; all digits hexadecimal.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PciAddress address)
    {
        address = default;
        int dot = text.LastIndexOf('.');
        int colon = text.LastIndexOf(':');
        if (dot < 0 || colon < 0 || dot < colon)
            return false;
        ReadOnlySpan<char> buses = text[..colon];
        int domainEnd = buses.LastIndexOf(':');
        ReadOnlySpan<char> domainText = domainEnd < 0 ? "0" : buses[..domainEnd];
        if (!TryHex(domainText, 0xffff, out uint domain)
            || !TryHex(buses[(domainEnd + 1)..], 0xff, out uint bus)
            || !TryHex(text[(colon + 1)..dot], 0x1f, out uint device)
            || !TryHex(text[(dot + 1)..], 7, out uint function))
            return false;
        address = new PciAddress((ushort)domain, new RequesterId((int)bus, (int)device, (int)function));
        return true;
    }

    /// <summary>Both are functions of one PCI device.</summary>
    public bool IsInSlotOf(PciAddress other) => Domain == other.Domain && Rid.Bus == other.Rid.Bus && Rid.Device == other.Rid.Device;

    /// <summary>As Linux names it: <c>dddd:bb:dd.f</c>.</summary>
    public override string ToString() => $"{Domain:x4}:{Rid}";

    private static bool TryHex(ReadOnlySpan<char> text, uint last, out uint value) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value <= last;
}
