using Ioasis.Runner.Native;

namespace Ioasis.Runner.Tests.Filters;

/// <summary>Runs a seccomp filter as the kernel does (the instructions that ours has), on a call of the test's.</summary>
internal static class BpfMachine
{
    public static uint Run(sock_filter[] program, uint architecture, int number, params ulong[] arguments)
    {
        uint accumulator = 0;
        for (int at = 0; ; at++)
        {
            sock_filter line = program[at];
            switch (line.code)
            {
                case 0x20:
                    accumulator = Load(line.k, architecture, number, arguments);
                    break;
                case 0x54:
                    accumulator &= line.k;
                    break;
                case 0x15:
                    at += accumulator == line.k ? line.jt : line.jf;
                    break;
                case 0x35:
                    at += accumulator >= line.k ? line.jt : line.jf;
                    break;
                case 0x45:
                    at += (accumulator & line.k) != 0 ? line.jt : line.jf;
                    break;
                case 0x06:
                    return line.k;
                default:
                    throw new InvalidOperationException($"instruction 0x{line.code:x} at {at}");
            }
        }
    }

    private static uint Load(uint offset, uint architecture, int number, ulong[] arguments)
    {
        if (offset == 0)
            return (uint)number;
        if (offset == 4)
            return architecture;
        int index = (int)(offset - 16) / 8;
        ulong argument = index < arguments.Length ? arguments[index] : 0;
        return (uint)(offset % 8 == 0 ? argument : argument >> 32);
    }
}
