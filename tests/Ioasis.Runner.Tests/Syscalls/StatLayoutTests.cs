using Ioasis.Runner.Files;
using Ioasis.Runner.Native;
using Ioasis.Runner.Syscalls;

namespace Ioasis.Runner.Tests.Syscalls;

public sealed unsafe class StatLayoutTests
{
    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/dev/null")]
    [InlineData("/proc/self/exe")]
    [InlineData("/")]
    public void IsTheKernelsByteForByte(string path)
    {
        SyscallTable table = SyscallTable.Native;
        byte[] name = [.. System.Text.Encoding.UTF8.GetBytes(path), 0];
        byte[] expected = new byte[256], actual = new byte[256];
        int number = table.Numbers.Single(row => row.Call == Call.NewFStatAt).Number;
        fixed (byte* at = name, into = expected)
        {
            Assert.Equal(0, LibC.syscall(number, Linux.AT_FDCWD, (nint)at, (nint)into, 0, 0));
            Assert.Equal(0, Stat.Get(Linux.AT_FDCWD, at, 0, out statx file));
            table.Stat.Write(in file, actual);
        }

        // The time of access may move on between the two questions, in a directory that others use.
        Array.Clear(expected, 72, 16);
        Array.Clear(actual, 72, 16);
        Assert.Equal(expected, actual);
    }
}
