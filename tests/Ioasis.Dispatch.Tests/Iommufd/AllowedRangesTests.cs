using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Iommufd;

/// <summary>IOMMU_IOAS_ALLOW_IOVAS: long lists, in any order.</summary>
public sealed class AllowedRangesTests
{
    private const ulong Step = 8192;
    private const ulong List = ArrayMemory.Base + 4096;

    private readonly Bench _bench = new();

    [Fact]
    public void TheOrderOfALongListCostsLittle()
    {
        const int count = 60_000; // as many as the caller's memory has room for
        ulong[] ascending = Ranges(Enumerable.Range(0, count)), descending = Ranges(Enumerable.Range(0, count).Reverse());
        int[] numbers = [.. Enumerable.Range(0, count)];
        new Random(3).Shuffle(numbers);
        ulong[] shuffled = Ranges(numbers);
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 3; i++)
            best = Least(best, Allow(ascending));
        // Where each entry shifts those after it, this takes hundreds of times as long as filling a list in order.
        Assert.InRange(Least(Allow(descending), Allow(descending)), TimeSpan.Zero, 40 * best);
        Assert.InRange(Least(Allow(shuffled), Allow(shuffled)), TimeSpan.Zero, 40 * best);
    }

    [Fact]
    public void TheFirstEntryThatIsWrongIsTold()
    {
        int[] numbers = [.. Enumerable.Range(0, 1000)];
        new Random(3).Shuffle(numbers);
        ulong[] list = Ranges(numbers);
        (list[2 * 700], list[2 * 700 + 1]) = (list[2 * 300] + 4095, list[2 * 300] + 5000); // meets the entry 300 in a byte
        (list[2 * 800], list[2 * 800 + 1]) = (5, 5);
        Assert.Equal(ErrnoCode.EINVAL, Call(list, 1000, out Reason why));
        Assert.Equal((ReasonCode.AllowedRangesOverlap, 700ul), (why.Code, why.C));
        list[2 * 700] = 1ul << 40;
        list[2 * 700 + 1] = (1ul << 40) + 1;
        Assert.Equal(ErrnoCode.EINVAL, Call(list, 1000, out why));
        Assert.Equal((ReasonCode.AllowedRangeEmpty, 800ul), (why.Code, why.C));
        list[2 * 800 + 1] = 6;
        Assert.Equal(ErrnoCode.EINVAL, Call(list, 1000, out why)); // 5-6 lies in the range 0-4095
        (list[2 * 800], list[2 * 800 + 1]) = (1ul << 41, (1ul << 41) + 1);
        Assert.Equal(ErrnoCode.None, Call(list, 1000, out why));
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static ulong[] Ranges(IEnumerable<int> numbers) => [.. numbers.SelectMany(n => new[] { (ulong)n * Step, (ulong)n * Step + 4095 })];

    private TimeSpan Allow(ulong[] list)
    {
        long begun = Stopwatch.GetTimestamp();
        Assert.Equal(ErrnoCode.None, Call(list, list.Length / 2, out _));
        return Stopwatch.GetElapsedTime(begun);
    }

    private ErrnoCode Call(ulong[] list, int count, out Reason why)
    {
        Assert.Equal(list.Length * sizeof(ulong), _bench.Caller.Memory.Write(new HostAddress(List), MemoryMarshal.AsBytes(list.AsSpan())));
        iommu_ioas_allow_iovas cmd = new()
        {
            size = (uint)Unsafe.SizeOf<iommu_ioas_allow_iovas>(), ioas_id = _bench.Space(), num_iovas = (uint)count,
            allowed_iovas = List,
        };
        ErrnoCode errno = _bench.Call(Abi.Iommufd.IOMMU_IOAS_ALLOW_IOVAS, ref cmd);
        why = _bench.Caller.Why;
        return errno;
    }
}
