using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Client;
using Ioasis.Client.Transports;
using Ioasis.Embedded.Memory;
using Ioasis.Embedded.Tests.Fixtures;

namespace Ioasis.Embedded.Tests.Memory;

/// <summary>Memory that was not allocated by the library: the program's own, for better or worse.</summary>
/// <remarks>
/// Pages that are freed here must not be given to anybody else at once, least of all to the runtime, which maps single pages when it
/// compiles: DMA would reach it there, and freeing the rest would take the page away from under it. So they lie far below the addresses that
/// the kernel gives out, and never twice at the same place.
/// </remarks>
[Collection(nameof(AloneCollection))]
public sealed unsafe partial class OrdinaryMemoryTests
{
    private const int PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2;
    private const int MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_FIXED_NOREPLACE = 0x10_0000;

    private static ulong s_next = 0x1000_0000_0000;

    [Fact]
    public void APinnedArrayGoesThroughTheDevice()
    {
        using Rig rig = new();
        byte[] array = GC.AllocateArray<byte>(3 * 4096, pinned: true);
        ulong address = (ulong)Unsafe.AsPointer(ref array[0]) + 4095 & ~4095ul;
        Span<byte> page = new((void*)address, 4096);
        Bytes.Fill(page, 4);
        using Mapping mapping = rig.Space.Map(address, 4096);
        Assert.True(rig.Fetch(mapping.Iova));
        page.Clear();
        Assert.True(rig.Store(mapping.Iova));
        Assert.Equal(Bytes.Pattern(4096, 4), page);
        GC.KeepAlive(array);
    }

    [Fact]
    public void MemoryThatIsFreedWhileMappedAbortsTheDma()
    {
        using Rig rig = new();
        ulong around = Allocate(3 * 4096), address = around + 4096;
        using Mapping mapping = rig.Space.Map(address, 4096, DmaAccess.ReadWrite, 0x6000);
        Assert.True(rig.Fetch(0x6000));
        KernelTransport.Instance.FreeMemory(address, 4096);
        Assert.False(rig.Fetch(0x6000));
        Assert.Contains($"client memory 0x{address:x} behind it is no longer there", rig.LastAbort, StringComparison.Ordinal);
        Assert.False(rig.Store(0x6000));
        KernelTransport.Instance.FreeMemory(around, 3 * 4096);
    }

    [Fact]
    public void AnAddressWhereNothingIsCannotBeMapped()
    {
        using Rig rig = new();
        ulong address = Allocate(3 * 4096);
        KernelTransport.Instance.FreeMemory(address + 4096, 4096);
        IommuException refused = Assert.Throws<IommuException>(() => rig.Space.Map(address, 3 * 4096));
        Assert.Equal("EFAULT", refused.ErrnoName);
        Assert.Contains($"0x{address + 4096:x} is not mapped", refused.Reason, StringComparison.Ordinal);
        KernelTransport.Instance.FreeMemory(address, 3 * 4096);
    }

    [Theory]
    [InlineData(PROT_READ, DmaAccess.ReadWrite, "not writable")]
    [InlineData(PROT_NONE, DmaAccess.Read, "not readable")]
    public void ProtectedMemoryCannotBeMappedForMoreThanItAllows(int protection, DmaAccess access, string reason)
    {
        using Rig rig = new();
        ulong address = Allocate(2 * 4096);
        Assert.Equal(0, mprotect((void*)(address + 4096), 4096, protection));
        Assert.Contains(reason, Assert.Throws<IommuException>(() => rig.Space.Map(address, 8192, access)).Reason, StringComparison.Ordinal);
        if (protection == PROT_READ)
            rig.Space.Map(address, 8192, DmaAccess.Read).Dispose();
        KernelTransport.Instance.FreeMemory(address, 8192);
    }

    [Fact]
    public void ADeviceCannotWriteWhatHasBecomeReadOnly()
    {
        using Rig rig = new();
        ulong address = Allocate(4096);
        using Mapping mapping = rig.Space.Map(address, 4096);
        Assert.Equal(0, mprotect((void*)address, 4096, PROT_READ));
        Assert.True(rig.Fetch(mapping.Iova));
        Assert.False(rig.Store(mapping.Iova));
        mapping.Unmap();
        KernelTransport.Instance.FreeMemory(address, 4096);
    }

    [Fact]
    public void PinnedMemoryIsChargedAgainstTheLimitOfTheProcess()
    {
        // Capabilities belong to threads: this one gives up the right to lock what it likes.
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(MapBeyondTheLimit));
        thread.Start();
        thread.Join();
        Assert.Null(failure);

        static void MapBeyondTheLimit()
        {
            uint* header = stackalloc uint[2] { 0x20080522, 0 };
            uint* capabilities = stackalloc uint[6];
            Assert.Equal(0, capget(header, capabilities));
            capabilities[0] &= ~(1u << 14); // CAP_IPC_LOCK
            Assert.Equal(0, capset(header, capabilities));

            ulong* limit = stackalloc ulong[2];
            Assert.Equal(0, getrlimit(8, limit)); // RLIMIT_MEMLOCK
            ulong most = limit[0];
            Assert.SkipWhen(most > 1ul << 32, "RLIMIT_MEMLOCK is too large to be reached");
            using Rig rig = new();
            ulong address = Allocate(most + 4096);
            IommuException refused = Assert.Throws<IommuException>(() => rig.Space.Map(address, most + 4096));
            Assert.Equal("ENOMEM", refused.ErrnoName);
            Assert.Contains("RLIMIT_MEMLOCK", refused.Reason, StringComparison.Ordinal);
            Assert.Equal(0u, rig.System.PinnedPages);
            using (rig.Space.Map(address, most))
                Assert.Equal(most / 4096, rig.System.PinnedPages);
            KernelTransport.Instance.FreeMemory(address, most + 4096);
        }
    }

    [Fact]
    public void TheTextOfTheLayoutSaysWhatTheQuerySays()
    {
        ulong address = Allocate(4 * 4096);
        Assert.Equal(0, mprotect((void*)(address + 4096), 4096, PROT_READ));
        KernelTransport.Instance.FreeMemory(address + 3 * 4096, 4096);
        OwnMappings asked = new(), read = new(textOnly: true);
        foreach (ulong at in new[] { 0x1000u, address, address + 4096, address + 8191, address + 8192, ulong.MaxValue })
        {
            bool found = asked.TryFind(at, out OwnMapping first);
            Assert.Equal(found, read.TryFind(at, out OwnMapping second));
            if (at >= address && at < address + 8192) // others may grow and merge meanwhile
                Assert.Equal(first, second);
        }

        Assert.True(asked.TryFind(address + 4096, out OwnMapping page));
        Assert.Equal(new OwnMapping(address + 4096, address + 8192, true, false), page);
        KernelTransport.Instance.FreeMemory(address, 4 * 4096);
    }

    private static ulong Allocate(ulong length)
    {
        ulong address = Interlocked.Add(ref s_next, length + (1 << 20));
        address = (address - length) & ~4095ul;
        Assert.Equal(address, (ulong)mmap((void*)address, (nuint)length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
        return address;
    }

    [LibraryImport("libc")]
    private static partial nint mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc")]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int capget(uint* header, uint* capabilities);

    [LibraryImport("libc")]
    private static partial int capset(uint* header, uint* capabilities);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, ulong* limit);
}
