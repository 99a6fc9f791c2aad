using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Memory;

/// <summary>A device's view of a client's memory: that memory as long as it is there, and never another.</summary>
public sealed class RemoteMemoryTests
{
    private const int Large = 1 << 20;

    [Theory]
    [InlineData("exec")]
    [InlineData("exec-in-thread")]
    public void ADmaNeverTouchesTheProgramThatCameAfter(string mode)
    {
        using var sandbox = new Sandbox();
        Look(sandbox, mode, (memory, address) =>
        {
            Assert.False(memory.IsAlive);
            foreach (int length in (int[])[1, 4096, Large])
            {
                Assert.Equal(0, memory.Read(address, new byte[length]));
                Assert.Equal(0, memory.Write(address, new byte[length]));
            }
        });
    }

    [Fact]
    public void AFailedExecChangesNothing()
    {
        using var sandbox = new Sandbox();
        Look(sandbox, "failed-exec", (memory, address) =>
        {
            CheckReachable(memory, address);
            Assert.True(((Ioasis.Runner.Memory.RemoteMemory)memory).FastPathIsOpen);
        });
    }

    [Fact]
    public void MemoryOfAProcessThatEndedIsGone()
    {
        using var sandbox = new Sandbox();
        Look(sandbox, "exit", (memory, address) =>
        {
            Assert.False(memory.IsAlive);
            Assert.Equal(0, memory.Read(address, new byte[Large]));
        });
    }

    [Theory]
    [InlineData("vfork")]
    [InlineData("vfork-known")]
    public void MemoryThatAChildSharedIsTheParents(string mode)
    {
        using var sandbox = new Sandbox();
        Look(sandbox, mode, CheckReachable);
    }

    [Fact]
    public void SharedMemoryIsReachedThroughWhoeverMapsIt()
    {
        using var sandbox = new Sandbox();
        Look(sandbox, "shared", (memory, address) =>
        {
            Assert.False(memory.IsAlive);
            SharedPages shared = Assert.IsAssignableFrom<SharedPages>(sandbox.Device.Shared);
            byte[] bytes = new byte[Large];
            Assert.Equal(Large, shared.Read(address, bytes));
            Assert.All(bytes, value => Assert.Equal((byte)'A', value));
            Assert.Equal(1, shared.Write(new HostAddress(address.Value + 5000), "X"u8)); // seen by the process that maps it
            Assert.Equal(0, shared.Read(new HostAddress(address.Value + Large), new byte[1]));
        });
    }

    [Theory]
    [InlineData("replaced")]
    [InlineData("replaced-open")]
    [InlineData("closed")]
    public void SharedMemoryThatWasPinnedIsReachedAndNotWhatIsMappedThereLater(string mode)
    {
        using var sandbox = new Sandbox();
        Look(sandbox, mode, (memory, address) =>
        {
            Assert.True(memory.IsAlive);
            SharedPages shared = Assert.IsAssignableFrom<SharedPages>(sandbox.Device.Shared);
            foreach (int length in (int[])[1, 4096, 8193, Large])
            {
                byte[] bytes = new byte[length];
                Assert.Equal(length, shared.Read(address, bytes));
                Assert.All(bytes, value => Assert.Equal((byte)'A', value));
            }

            Assert.Equal(1, shared.Write(new HostAddress(address.Value + 5000), "X"u8));
        });
    }

    [Fact]
    public void WhatWasCutFromAFileIsGoneAndAHoleIsTheFiles()
    {
        using var sandbox = new Sandbox();
        Look(sandbox, "truncated", (memory, address) =>
        {
            SharedPages shared = Assert.IsAssignableFrom<SharedPages>(sandbox.Device.Shared);
            byte[] bytes = new byte[8192];
            Assert.Equal(8192, shared.Read(address, bytes));
            Assert.Equal(((byte)'A', (byte)0), (bytes[4095], bytes[4096]));
            Assert.Equal(1, shared.Write(new HostAddress(address.Value + 5000), "X"u8));
            Assert.Equal(0, shared.Read(new HostAddress(address.Value + Large / 2), bytes));
            Assert.Equal(0, shared.Write(new HostAddress(address.Value + Large / 2), bytes));
        });
    }

    [Fact]
    public void SharedAndPrivateMemoryOfOneRangeAreReachedEachInItsWay()
    {
        using var sandbox = new Sandbox();
        Look(sandbox, "mixed", (memory, address) =>
        {
            SharedPages shared = Assert.IsAssignableFrom<SharedPages>(sandbox.Device.Shared);
            byte[] bytes = new byte[3 * Large];
            Assert.Equal(bytes.Length, shared.Read(address, bytes));
            Assert.Equal("APA", new string([(char)bytes[Large - 1], (char)bytes[Large], (char)bytes[2 * Large]]));
        });
    }

    [Fact]
    public void WhatTheClientTookAwayCannotBeReached()
    {
        using var sandbox = new Sandbox();
        Look(sandbox, "unmap", (memory, address) =>
        {
            Assert.Equal(4096, memory.Read(address, new byte[Large]));
            Assert.Equal(4096, memory.Read(address, new byte[8192]));
            Assert.Equal(0, memory.Read(new HostAddress(address.Value + 4096), new byte[16]));
            var readOnly = new HostAddress(address.Value + 16384);
            Assert.Equal(16, memory.Read(readOnly, new byte[16]));
            Assert.Equal(0, memory.Write(readOnly, new byte[16]));
            Assert.Equal(0, memory.Write(readOnly, new byte[65536]));
        });
    }

    [Fact]
    public void WhatCannotBePinnedIsRefused()
    {
        using var sandbox = new Sandbox();
        string disk = Path.GetTempFileName();
        Assert.SkipWhen(new DriveInfo(disk).DriveFormat == "tmpfs", "the temporary directory is in memory");
        string memory = Path.Combine("/dev/shm", $"pins-{Guid.NewGuid():N}");
        try
        {
            sandbox.Succeed(CPrograms.Find("pins"), disk, memory);
        }
        finally
        {
            File.Delete(disk);
            File.Delete(memory);
        }

        Assert.Contains(sandbox.Explanations, line => line.Reason.Contains("not ordinary memory", StringComparison.Ordinal));
        Assert.Contains(sandbox.Explanations, line => line.Reason.Contains("is not mapped (wanted 0x0-0xfff)", StringComparison.Ordinal));
    }

    private static void CheckReachable(ClientMemory memory, HostAddress address)
    {
        Assert.True(memory.IsAlive);
        foreach (int length in (int[])[1, 4096, 8192, 8193, Large])
        {
            byte[] bytes = new byte[length];
            Assert.Equal(length, memory.Read(address, bytes));
            Assert.All(bytes, value => Assert.Equal((byte)'A', value));
            Assert.Equal(length, memory.Write(address, bytes));
        }
    }

    /// <summary>Runs a mode of memory.c and looks at the memory while the program waits.</summary>
    private static void Look(Sandbox sandbox, string mode, Action<ClientMemory, HostAddress> look)
    {
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("memory"), mode);
        try
        {
            Assert.True(sandbox.Device.IsReached(), sandbox.Output);
            look(sandbox.Device.Remembered!.Value.Memory, sandbox.Device.Remembered.Value.Address);
        }
        finally
        {
            sandbox.Device.Gate.Set();
            ProgramEnd end = runner.Wait();
            Assert.True(end == default, $"{end}: {sandbox.Output}");
        }

        Assert.Equal("all as it should be\n", sandbox.Output);
        Assert.True(runner.Counters.IsZero, runner.Counters.ToString());
    }
}
