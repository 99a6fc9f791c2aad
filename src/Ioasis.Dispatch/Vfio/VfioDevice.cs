using Ioasis.Devices.Pci;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// A function as VFIO offers it: what all open files of it share. Many may open it; one at a time has it bound, which the
/// engine sees to.
/// </summary>
/// <remarks>
/// <see cref="Gate"/> serialises binding, attaching and unbinding; it is taken before the locks of the function and of the
/// engine. Accesses to registers and interrupts do without it.
/// </remarks>
internal sealed class VfioDevice(PciFunction function)
{
    public PciFunction Function { get; } = function;

    public Lock Gate { get; } = new();
}
