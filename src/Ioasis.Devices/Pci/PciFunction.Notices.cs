using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Pci;

/// <summary>What a function silently does not do, as hardware does, is told to who listens (<see cref="IommuSystem.DeviceNoticed"/>).</summary>
public abstract partial class PciFunction
{
    /// <summary>Tells of it. Any thread, and under <see cref="Sync"/>; costs a read when nobody listens.</summary>
    /// <param name="code">What it is, with its operands.</param>
    /// <param name="a">The operand {0} of the reason's sentence.</param>
    /// <param name="b">{1}.</param>
    /// <param name="c">{2}.</param>
    /// <param name="d">{3}.</param>
    protected internal void Notice(ReasonCode code, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0)
    {
        if (Physical.Group.System.DeviceNoticed is not { } tell)
            return;
        Reason reason = default;
        _ = reason.Because(code, a, b, c, d, Physical.Name);
        tell(new DeviceNotice(Physical, reason));
    }

    /// <summary>An access to registers that none answers.</summary>
    /// <param name="bar">Which BAR.</param>
    /// <param name="offset">In bytes from its start.</param>
    /// <param name="size">Bytes accessed.</param>
    /// <param name="isRegister">There is a register, for accesses of other sizes.</param>
    /// <returns>What a read gives.</returns>
    protected ulong NoRegister(int bar, ulong offset, int size, bool isRegister)
    {
        Notice(isRegister ? ReasonCode.RegisterWidthWrong : ReasonCode.RegisterUnknown, offset, (ulong)size, (ulong)bar);
        return ulong.MaxValue;
    }
}
