using Ioasis.Engine.Dma;
using Ioasis.Engine.Reasons;

namespace Ioasis.Runner.Explain;

/// <summary>A call of a client and, if it failed, why; or a DMA that was aborted.</summary>
/// <param name="Process">The client's process ID; 0 when no process is concerned.</param>
/// <param name="Program">The program's name, as the kernel has it; the device's name for a DMA.</param>
/// <param name="Call">What was asked, with its operands.</param>
/// <param name="Errno">The error number that the client was given; <see cref="ErrnoCode.None"/> for success, and for a DMA, of which no client is told.</param>
/// <param name="Reason">Why, in a sentence; empty for success.</param>
public sealed record Explanation(int Process, string Program, string Call, ErrnoCode Errno, string Reason)
{
    /// <summary>An aborted DMA, of which no client is told.</summary>
    public static Explanation Of(in DmaFault fault) => new(
        0, fault.Device.Name, $"DMA {(fault.IsWrite ? "write" : "read")} of {fault.Length} bytes at IOVA {fault.Iova}", ErrnoCode.None, fault.Reason.ToString());

    /// <summary>One line.</summary>
    public override string ToString()
    {
        string who = Process == 0 ? Program : $"{Program}[{Process}]";
        string outcome = Process == 0 ? " aborted" : Errno == ErrnoCode.None ? "" : " = " + Errno;
        return Reason.Length == 0 ? $"{who} {Call}{outcome}" : $"{who} {Call}{outcome}: {Reason}";
    }
}
