using Ioasis.Engine.Hardware;

namespace Ioasis.Devices.Drivers;

/// <summary>The side of vfio-pci that serves clients: who opens the functions that the driver has.</summary>
public interface IVfioClients
{
    /// <summary>
    /// The driver has a function, under <see cref="PciSlot.Number"/>: clients may open it from now on, and its group. Called before its
    /// nodes are shown, under the bus's lock.
    /// </summary>
    /// <param name="slot">The function.</param>
    /// <param name="groupMinor">Minor number of its group's node.</param>
    void Arrive(PciSlot slot, uint groupMinor);

    /// <summary>
    /// The function is wanted back: nobody may open it any more, and whoever has it open is asked to close it. Called without the bus's
    /// lock, once an arrival.
    /// </summary>
    /// <param name="slot">The function.</param>
    /// <param name="left">Called once, by any thread and perhaps at once: nobody has it open, and what was made for it has gone.</param>
    void Leave(PciSlot slot, Action left);
}
