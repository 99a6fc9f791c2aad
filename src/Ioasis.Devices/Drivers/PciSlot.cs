using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Drivers;

/// <summary>
/// A place on the bus with its function: whether it is there, which driver has it, and what sysfs remembers of it until it is removed.
/// </summary>
/// <remarks><see cref="PciBus"/>'s lock protects what changes.</remarks>
public sealed class PciSlot
{
    internal PciSlot(PciFunction function, string? native)
    {
        Function = function;
        Native = native;
        Path = MachineTree.PathOf(function);
        Forget();
    }

    public PciFunction Function { get; }

    /// <summary>Its directory in sysfs.</summary>
    public string Path { get; }

    /// <summary>The driver whose IDs name it; null when no driver's do.</summary>
    public string? Native { get; }

    /// <summary>Whether the system knows it: false between a removal and a rescan.</summary>
    public bool IsPresent { get; internal set; }

    /// <summary>The driver that has it; null without one.</summary>
    public PciDriver? Driver { get; internal set; }

    /// <summary>The N of vfioN while vfio-pci has it; -1 otherwise.</summary>
    public int Number { get; internal set; } = -1;

    /// <summary>driver_override; null without one.</summary>
    internal string? Override { get; set; }

    /// <summary>Set while its driver is about to let go of it; completed when it has.</summary>
    internal TaskCompletionSource? Leaving { get; set; }

    /// <summary>It goes from the bus when its driver has let go.</summary>
    internal bool IsRemoved { get; set; }

    // What is written to these files is shown again, and changes nothing else.
    internal int NumaNode { get; set; }
    internal bool MayUseMessages { get; set; }
    internal bool HasBrokenParity { get; set; }
    internal bool MayLosePower { get; set; }
    internal string PowerControl { get; set; } = "";

    /// <summary>How often somebody has enabled it through sysfs.</summary>
    internal int Enabled { get; set; }

    /// <summary>Resets that are allowed, in order.</summary>
    internal string ResetMethods { get; set; } = "";

    internal string Name => Function.Address.ToString();

    /// <summary>As a device that has just been found.</summary>
    internal void Forget()
    {
        Override = null;
        IsRemoved = false;
        (NumaNode, MayUseMessages, HasBrokenParity, MayLosePower, PowerControl, Enabled) = (-1, true, false, true, "on", 0);
        ResetMethods = Function.CanReset ? "flr" : "";
    }
}
