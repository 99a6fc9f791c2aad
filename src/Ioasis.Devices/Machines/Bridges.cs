using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Machines;

/// <summary>Which bus of a description is below which bridge: a bus has one bridge or none, and a bridge one bus.</summary>
internal sealed class Bridges
{
    private readonly Dictionary<(ushort Domain, int Bus), (PciAddress? Bridge, string Origin)> _above = [];

    /// <summary>Notes where a device sits.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Add(string origin, PciAddress device, PciAddress? bridge)
    {
        (ushort Domain, int Bus) bus = (device.Domain, device.Rid.Bus);
        if (bridge is { } above && (above.Domain != bus.Domain || above.Rid.Bus >= bus.Bus))
            return $"{origin}: the bridge {above} cannot be above {device}: it must be in the same domain, on a lower bus";
        if (!_above.TryGetValue(bus, out var known))
            _above.Add(bus, known = (bridge, origin));
        if (known.Bridge != bridge)
            return $"{origin}: {device} is {Place(bridge)}, and {known.Origin}, on the same bus, {Place(known.Bridge)}";
        if (bridge is null)
            return null;
        var other = _above.FirstOrDefault(one => one.Key != bus && one.Value.Bridge == bridge);
        return other.Value.Origin is null ? null : $"{origin}: the bridge {bridge} leads to bus {other.Key.Bus:x2} already, for {other.Value.Origin}";
    }

    /// <summary>Complains of a bridge that sits where a device does. Takes the addresses of all bridges.</summary>
    public string? FindClash(Dictionary<PciAddress, string> addresses)
    {
        foreach ((PciAddress? bridge, string origin) in _above.Values)
        {
            if (bridge is { } address && !addresses.TryAdd(address, $"the bridge of {origin}"))
                return $"{origin}: the address {address} of the bridge is taken by {addresses[address]}";
        }
        return null;
    }

    private static string Place(PciAddress? bridge) => bridge is null ? "on a root bus" : $"behind the bridge {bridge}";
}
