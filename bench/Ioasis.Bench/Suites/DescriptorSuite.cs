using Ioasis.Abi;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Rows;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;

namespace Ioasis.Bench.Suites;

/// <summary>
/// A descriptor for each address space, which the proposal left open, beside one descriptor with all of them. What the
/// kernel keeps for a descriptor comes on top, and so does the limit of how many a process may have.
/// </summary>
internal static unsafe class DescriptorSuite
{
    private const int Count = 100_000, Rounds = 3;

    public static IEnumerable<Trial> Trials() => [new("scale/descriptors", Compare) { IsLong = true }];

    private static void Compare(Session session)
    {
        using BenchMemory memory = new(1 << 20);
        Figures many = new(), one = new();
        for (int round = 0; round < Rounds; round++)
        {
            Fill(memory, many, descriptors: Count);
            Fill(memory, one, descriptors: 1);
        }

        const string beside = "all in one";
        session.Add("setup", "open, IOAS and map, 100,000 descriptors", "ns each", many.SetUp.Value, null, new Yardstick(beside, one.SetUp.Value));
        session.Add("bytes", "the same, memory", "bytes each", many.Bytes.Value, null, new Yardstick(beside, one.Bytes.Value));
        session.Add("close", "close of all that", "ns each", many.Close.Value, null, new Yardstick(beside, one.Close.Value));
    }

    private static void Fill(BenchMemory memory, Figures figures, int descriptors)
    {
        IommuSystem system = new();
        LocalCaller caller = new(memory);
        IommufdFile[] files = new IommufdFile[descriptors];
        long before = HeldMemory.Now();
        long begun = Clock.Now;
        for (int i = 0; i < Count; i++)
        {
            if (i < descriptors)
                files[i] = new IommufdFile(new IommuContext(system));
            AddSpace(files[i % descriptors], caller, memory);
        }

        figures.SetUp.Take(Clock.Since(begun) / Count);
        figures.Bytes.Take((HeldMemory.Now() - before) / (double)Count);
        begun = Clock.Now;
        foreach (IommufdFile file in files)
            file.Release();
        figures.Close.Take(Clock.Since(begun) / Count);
    }

    private static void AddSpace(IommufdFile file, LocalCaller caller, BenchMemory memory)
    {
        Reason why = default;
        iommu_ioas_alloc space = new() { size = (uint)sizeof(iommu_ioas_alloc) };
        Rig.Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_IOAS_ALLOC, (ulong)&space, out _, ref why), in why);
        iommu_ioas_map map = new()
        {
            size = (uint)sizeof(iommu_ioas_map), ioas_id = space.out_ioas_id, user_va = memory.At(0).Value, length = Rig.Page,
            flags = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_FIXED_IOVA | iommufd_ioas_map_flags.IOMMU_IOAS_MAP_READABLE,
        };
        Rig.Must(file.Ioctl(caller, Abi.Iommufd.IOMMU_IOAS_MAP, (ulong)&map, out _, ref why), in why);
    }

    private sealed class Figures
    {
        public Least SetUp { get; } = new();

        public Least Bytes { get; } = new();

        public Least Close { get; } = new();
    }
}
