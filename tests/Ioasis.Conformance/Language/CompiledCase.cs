using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Language;

/// <summary>What an instruction stands for, so that its outcome can be told in the case's own words.</summary>
/// <param name="Line">The line of the case.</param>
/// <param name="IsHidden">Nothing is said of it as long as it succeeds.</param>
/// <param name="Call">The ioctl, where it is one by name.</param>
/// <param name="Unit">Bytes of a number that a <c>show</c> prints.</param>
public sealed record Meaning(Line Line, bool IsHidden, CallShape? Call = null, int Unit = 8);

/// <summary>A case, ready for the players.</summary>
/// <param name="Source">What was compiled.</param>
/// <param name="Instructions">What the players do.</param>
/// <param name="Meanings">What each instruction stands for.</param>
/// <param name="Memories">Names of the memory areas; see <see cref="AddressPlan"/>.</param>
public sealed record CompiledCase(Case Source, IReadOnlyList<Instruction> Instructions, IReadOnlyList<Meaning> Meanings, IReadOnlyList<string> Memories)
{
    /// <summary>Whether the runner may grant what the case needs: not when the case gives it away.</summary>
    public bool CanBeGranted => !GivesAway(Source.Needs!);

    /// <summary>Whether the case gives a capability away, by its name without CAP_.</summary>
    public bool GivesAway(string capability) => Instructions.Any(one => one.Code == Opcode.Drop && one.Operands[0].Number == Compiler.CapabilityOf(capability));
}

/// <summary>Where a case's memory lies: the same everywhere, so that outcomes are.</summary>
public static class AddressPlan
{
    /// <summary>Arguments of calls; behind <see cref="ArgumentBytes"/> nothing is mapped.</summary>
    public const ulong Arguments = 0x0f00_0000_0000, ArgumentBytes = 0x4000;

    /// <summary>A page for the start of an argument, and a read-only page behind it.</summary>
    public const ulong ReadOnlyArguments = 0x0f00_0100_0000, Page = 0x1000;

    /// <summary>Nothing is ever mapped here.</summary>
    public const ulong Hole = 0x0f00_0200_0000;

    /// <summary>An address that user space cannot have.</summary>
    public const ulong KernelAddress = 0xffff_8880_0000_0000;

    /// <summary>The first named memory; each has this much room.</summary>
    public const ulong Memories = 0x1000_0000_0000, Room = 0x4000_0000;

    public static ulong Memory(int index) => Memories + ((ulong)index * Room);
}
