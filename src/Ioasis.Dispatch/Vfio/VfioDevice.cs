using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Legacy;
using Ioasis.Engine.Objects;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// A function as VFIO offers it: what all open files of it share. Many may open its path; one of them at a time has it bound. The
/// other way, through its group, opens it for as many as want it.
/// </summary>
/// <remarks>
/// <see cref="Gate"/> serialises binding, attaching and unbinding of all devices that are reset together; it is taken after the
/// group's, and before the locks of the function and of the engine. Accesses to registers and interrupts do without it.
/// </remarks>
/// <param name="function">The function.</param>
/// <param name="group">Its group.</param>
/// <param name="set">What is reset with it.</param>
/// <param name="path">Its node.</param>
/// <param name="tell">Takes a line for people.</param>
#pragma warning disable CA1001 // The timer is disposed of when the device has left; there is no earlier end.
internal sealed partial class VfioDevice(PciFunction function, VfioGroup group, ResetSet set, string path, Action<string> tell)
#pragma warning restore CA1001
{
    public string Path => path;

    public PciFunction Function { get; } = function;

    public VfioGroup Group { get; } = group;

    /// <summary>What is reset with it when its bus is.</summary>
    public ResetSet Set { get; } = set;

    public Lock Gate => Set.Gate;

    /// <summary>Files through which the device can be used: one that is bound, or those from its group. Guarded by <see cref="Gate"/>.</summary>
    public int OpenCount { get; set; }

    /// <summary>What it is in an iommufd; null without one. Guarded by <see cref="Gate"/>.</summary>
    public BoundDevice? Bound { get; set; }

    /// <summary>The client let it sleep (VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY). Guarded by <see cref="Gate"/>.</summary>
    public bool MaySleep { get; set; }

    /// <summary>The last client has left. The gate is held.</summary>
    public void Close()
    {
        Function.Close();
        MaySleep = false;
    }
}
