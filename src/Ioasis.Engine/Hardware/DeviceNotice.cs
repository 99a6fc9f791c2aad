using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Hardware;

/// <summary>Something that a device silently does not do, as hardware does, and that leaves a driver's author waiting.</summary>
/// <param name="Device">Which device.</param>
/// <param name="Reason">What it was, and why nothing came of it.</param>
public readonly record struct DeviceNotice(PhysicalDevice Device, Reason Reason)
{
    public override string ToString() => $"{Device.Name}: {Reason}";
}
