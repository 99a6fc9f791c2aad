using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Players;

/// <summary>
/// Plays programs in this process, as tests/programs/player.c does in one of its own, and prints the same lines. Memory,
/// eventfds and memfds are Linux's; what a <see cref="Kernel"/> owns is answered by it. One case at a time, one player at a
/// time: the addresses are those of the program. Second processes are beyond it (<see cref="CanPlay"/>).
/// </summary>
public sealed unsafe class Player(Kernel kernel)
{
    private const int Window = 64 * 1024;

    private readonly ulong[] _registers = new ulong[Operand.Registers];
    private readonly byte[] _before = new byte[Window], _after = new byte[Window];
    private readonly HashSet<int> _descriptors = [];
    private readonly List<(ulong Start, ulong Length)> _mappings = [];
    private readonly Queue<int> _sent = new();

    /// <summary>Whether one process is enough for these instructions.</summary>
    public static bool CanPlay(IEnumerable<Instruction> instructions) => !instructions.Any(one => one.IsOfProcesses);

    /// <summary>Plays a case and leaves nothing behind.</summary>
    /// <returns>A line for each outcome.</returns>
    public string Play(IReadOnlyList<Instruction> instructions)
    {
        StringBuilder output = new();
        Array.Clear(_registers);
        kernel.Capabilities = kernel.MemlockLimit = ulong.MaxValue;
        try
        {
            for (int index = 0; index < instructions.Count; index++)
            {
                if (!Perform(instructions[index], index, output))
                    break;
            }
        }
        finally
        {
            CleanUp();
        }

        return output.ToString();
    }

    private bool Perform(Instruction instruction, int index, StringBuilder output)
    {
        Span<ulong> x = stackalloc ulong[6];
        x.Clear();
        for (int n = 0; n < instruction.Operands.Length; n++)
            x[n] = instruction.Operands[n].Value(_registers);

        switch (instruction.Code)
        {
            case Opcode.Set:
                _registers[instruction.Operands[0].Register] = x[1];
                return true;
            case Opcode.Put:
                Span<byte> value = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(value, x[2]);
                value[..(int)x[1]].CopyTo(new Span<byte>((void*)x[0], (int)x[1]));
                return true;
            case Opcode.Get:
                Span<byte> got = stackalloc byte[8];
                got.Clear();
                new ReadOnlySpan<byte>((void*)x[1], (int)x[2]).CopyTo(got);
                _registers[instruction.Operands[0].Register] = BinaryPrimitives.ReadUInt64LittleEndian(got);
                return true;
            case Opcode.Zero:
                new Span<byte>((void*)x[0], (int)x[1]).Clear();
                return true;
            case Opcode.Fill:
                for (ulong n = 0; n < x[1]; n++)
                    *(byte*)(x[0] + n) = (byte)(x[2] + n * 7 + (n >> 8));
                return true;
            case Opcode.Show:
                Span<byte> shown = _after.AsSpan(0, (int)Math.Min(x[1], Window));
                output.Append(CultureInfo.InvariantCulture, $"{index} ={Convert.ToHexStringLower(shown[..Peek(x[0], shown)])}\n");
                return true;
            default:
                return Call(instruction, x, index, output);
        }
    }

    private bool Call(Instruction instruction, ReadOnlySpan<ulong> x, int index, StringBuilder output)
    {
        (ulong window, ulong length) = instruction.Code switch
        {
            Opcode.Ioctl => (x[2], x[3]),
            Opcode.Read or Opcode.Pread => (x[1], x[2]),
            _ => (0ul, 0ul),
        };
        int watched = length == 0 ? 0 : Peek(window, _before.AsSpan(0, (int)Math.Min(length, Window)));
        long result = Do(instruction, x);
        _registers[0] = (ulong)result;
        if (instruction.Code == Opcode.Map && result < 0 && ((MapKind)x[3] & MapKind.Huge) != 0)
        {
            output.Append("skip no huge pages\n");
            return false;
        }

        output.Append(index).Append(' ').Append(result);
        if (watched != 0)
            AppendChanges(output, Peek(window, _after.AsSpan(0, watched)));
        output.Append('\n');
        return true;
    }

    private void AppendChanges(StringBuilder output, int length)
    {
        for (int at = 0; at < length; at += 8)
        {
            ulong was = WordAt(_before, length, at), now = WordAt(_after, length, at);
            if (was != now)
                output.Append(CultureInfo.InvariantCulture, $" {at}:{was:x}>{now:x}");
        }
    }

    private static ulong WordAt(byte[] bytes, int length, int at)
    {
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        bytes.AsSpan(at, Math.Min(8, length - at)).CopyTo(word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    private long Do(Instruction instruction, ReadOnlySpan<ulong> x)
    {
        int descriptor = (int)x[0];
        switch (instruction.Code)
        {
            case Opcode.Map:
                return Map(x);
            case Opcode.Unmap:
                kernel.Unmap(x[0]);
                return LibC.ResultOf(LibC.munmap(x[0], x[1]));
            case Opcode.Protect:
                return LibC.ResultOf(LibC.mprotect(x[0], x[1], (int)x[2]));
            case Opcode.Open:
                return Keep(kernel.Open(instruction.Path!) ?? LibC.ResultOf(LibC.open(instruction.Path!, (int)x[0])));
            case Opcode.Close:
                _descriptors.Remove(descriptor);
                return kernel.Owns(descriptor) ? kernel.Close(descriptor) : LibC.ResultOf(LibC.close(descriptor));
            case Opcode.Ioctl:
                return kernel.Owns(descriptor) ? kernel.Ioctl(descriptor, (uint)x[1], x[2]) : LibC.ResultOf(LibC.ioctl(descriptor, (nuint)x[1], x[2]));
            case Opcode.Read:
                return kernel.Owns(descriptor) ? kernel.Transfer(descriptor, false, x[1], x[2], null) : LibC.ResultOf(LibC.read(descriptor, x[1], (nuint)x[2]));
            case Opcode.Write:
                return kernel.Owns(descriptor) ? kernel.Transfer(descriptor, true, x[1], x[2], null) : LibC.ResultOf(LibC.write(descriptor, x[1], (nuint)x[2]));
            case Opcode.Pread:
                return kernel.Owns(descriptor) ? kernel.Transfer(descriptor, false, x[1], x[2], x[3]) : LibC.ResultOf(LibC.pread(descriptor, x[1], (nuint)x[2], (long)x[3]));
            case Opcode.Pwrite:
                return kernel.Owns(descriptor) ? kernel.Transfer(descriptor, true, x[1], x[2], x[3]) : LibC.ResultOf(LibC.pwrite(descriptor, x[1], (nuint)x[2], (long)x[3]));
            case Opcode.Poll:
                return Poll(descriptor, (short)x[1], (int)x[2]);
            case Opcode.Memfd:
                return Keep(LibC.ResultOf(LibC.memfd_create("player", (uint)x[0] | LibC.MFD_CLOEXEC)));
            case Opcode.Truncate:
                return LibC.ResultOf(LibC.ftruncate(descriptor, (long)x[1]));
            case Opcode.Seal:
                return LibC.ResultOf(LibC.fcntl(descriptor, LibC.F_ADD_SEALS, (nint)x[1]));
            case Opcode.Eventfd:
                return Keep(LibC.ResultOf(LibC.eventfd((uint)x[0], (int)x[1] | LibC.EFD_CLOEXEC)));
            case Opcode.Dup:
                return Keep(kernel.Owns(descriptor) ? kernel.Dup(descriptor) : LibC.ResultOf(LibC.dup(descriptor)));
            case Opcode.Send:
                return Send(descriptor);
            case Opcode.Receive:
                const int EAGAIN = 11;
                return _sent.TryDequeue(out int received) ? received : -EAGAIN;
            case Opcode.Memlock:
                kernel.MemlockLimit = x[0];
                return 0;
            case Opcode.Drop:
                kernel.Capabilities &= ~(1ul << descriptor);
                return 0;
            default:
                throw new InvalidOperationException($"{instruction} takes another process");
        }
    }

    private long Map(ReadOnlySpan<ulong> x)
    {
        MapKind kind = (MapKind)x[3];
        int descriptor = (int)x[4];
        _mappings.Add((x[0], x[1]));
        if ((kind & MapKind.File) != 0 && kernel.Owns(descriptor))
            return kernel.Map(x[0], x[1], (int)x[2], (kind & MapKind.Shared) != 0, descriptor, x[5]);
        int flags = LibC.MAP_FIXED | ((kind & MapKind.Shared) != 0 ? LibC.MAP_SHARED : LibC.MAP_PRIVATE)
            | ((kind & MapKind.File) == 0 ? LibC.MAP_ANONYMOUS : 0) | ((kind & MapKind.Huge) != 0 ? LibC.MAP_HUGETLB : 0);
        nint mapped = LibC.mmap(x[0], x[1], (int)x[2], flags, (kind & MapKind.File) == 0 ? -1 : descriptor, (long)x[5]);
        return mapped == -1 ? LibC.ResultOf(-1) : 0;
    }

    private long Poll(int descriptor, short events, int milliseconds)
    {
        if (kernel.Owns(descriptor))
            return kernel.Poll(descriptor, events, milliseconds);
        LibC.PollEntry entry = new() { Descriptor = descriptor, Events = events };
        int found = LibC.poll(&entry, 1, milliseconds);
        return found < 0 ? LibC.ResultOf(found) : found == 0 ? 0 : entry.Returned;
    }

    /// <summary>A socket holds a file until it is taken out, so what is sent is a duplicate.</summary>
    private long Send(int descriptor)
    {
        long copy = Keep(kernel.Owns(descriptor) ? kernel.Dup(descriptor) : LibC.ResultOf(LibC.dup(descriptor)));
        if (copy < 0)
            return copy;
        _sent.Enqueue((int)copy);
        return 1;
    }

    private long Keep(long descriptor)
    {
        if (descriptor >= 0)
            _descriptors.Add((int)descriptor);
        return descriptor;
    }

    private static int Peek(ulong address, Span<byte> into)
    {
        fixed (byte* local = into)
        {
            LibC.Vector here = new() { Address = (ulong)local, Length = (ulong)into.Length }, there = new() { Address = address, Length = (ulong)into.Length };
            return (int)Math.Max(0, LibC.process_vm_readv(Environment.ProcessId, &here, 1, &there, 1, 0));
        }
    }

    private void CleanUp()
    {
        foreach (int descriptor in _descriptors)
        {
            if (!kernel.Owns(descriptor))
                _ = LibC.close(descriptor);
        }

        kernel.EndCase();
        foreach ((ulong start, ulong length) in _mappings)
            _ = LibC.munmap(start, length);
        _descriptors.Clear();
        _mappings.Clear();
        _sent.Clear();
    }
}
