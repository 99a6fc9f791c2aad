namespace Ioasis.Runner.Syscalls;

/// <summary>Where the registers that matter to a system call lie in what PTRACE_GETREGSET gives (NT_PRSTATUS), in bytes.</summary>
/// <param name="Number">The call's number.</param>
/// <param name="Argument">Its first argument.</param>
/// <param name="Result">What it gives.</param>
/// <param name="Instruction">The program counter; after a call it is behind the instruction.</param>
/// <param name="InstructionLength">Bytes of the instruction.</param>
/// <param name="Original">Where the kernel keeps the number for a restart, or -1.</param>
internal sealed record RegisterLayout(int Number, int Argument, int Result, int Instruction, uint InstructionLength, int Original);
