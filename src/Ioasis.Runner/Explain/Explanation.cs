using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Reasons;

namespace Ioasis.Runner.Explain;

/// <summary>A call of a client and, if it failed, why; a DMA that was aborted; or something that a device did not do.</summary>
/// <param name="Process">The client's process ID; 0 when no process is concerned.</param>
/// <param name="Program">The program's name, as the kernel has it; the device's name where no process is concerned.</param>
/// <param name="Call">What was asked, with its operands.</param>
/// <param name="Errno">The error number that the client was given; <see cref="ErrnoCode.None"/> for success, and where no client is told.</param>
/// <param name="Reason">Why, in a sentence; empty for success.</param>
public sealed record Explanation(int Process, string Program, string Call, ErrnoCode Errno, string Reason)
{
    public ExplanationKind Kind { get; init; }

    /// <summary>The reason's name.</summary>
    public ReasonCode Code { get; init; }

    /// <summary>
    /// A failed call by which programs find out what there is, and which they expect to fail: a list with no room for it, a feature or an
    /// interrupt that not every device has.
    /// </summary>
    public bool IsProbe { get; init; }

    /// <summary>An aborted DMA, of which no client is told.</summary>
    public static Explanation Of(in DmaFault fault) => new(
        0, fault.Device.Name, $"DMA {(fault.IsWrite ? "write" : "read")} of {fault.Length} bytes at IOVA {fault.Iova}", ErrnoCode.None, fault.Reason.ToString())
    {
        Kind = ExplanationKind.Dma,
        Code = fault.Reason.Code,
    };

    /// <summary>Something that a device did not do.</summary>
    public static Explanation Of(in DeviceNotice notice) => new(0, notice.Device.Name, WhatHappened(notice.Reason.Code), ErrnoCode.None, notice.Reason.ToString())
    {
        Kind = ExplanationKind.Device,
        Code = notice.Reason.Code,
    };

    private static string WhatHappened(ReasonCode code) => code switch
    {
        ReasonCode.InterruptNoBusMaster or ReasonCode.InterruptNotHeard => "interrupt lost",
        ReasonCode.RegisterWidthWrong or ReasonCode.RegisterUnknown => "register access without effect",
        ReasonCode.DmaBeyondMask => "DMA address cut",
        ReasonCode.DmaBeyondBuffer => "DMA not done",
        _ => "notice",
    };

    /// <summary>One line.</summary>
    public override string ToString()
    {
        string who = Process == 0 ? Program : $"{Program}[{Process}]";
        string outcome = Kind == ExplanationKind.Dma ? " aborted" : Errno == ErrnoCode.None ? "" : " = " + Errno;
        return Reason.Length == 0 ? $"{who} {Call}{outcome}" : $"{who} {Call}{outcome}: {Reason}";
    }
}
