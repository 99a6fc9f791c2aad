using Ioasis.Abi;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Vfio;

namespace Ioasis.Dispatch.Tests.Vfio;

public sealed class AllocationTests
{
    [Fact]
    public void Register_and_configuration_accesses_and_queries_allocate_nothing()
    {
        using var bench = new VfioBench();
        bench.Prepare(bench.Edu);
        bench.Caller.Bytes.Put(new vfio_region_info { argsz = 32 });
        Reason why = default;
        void Once()
        {
            bench.Edu.Read(bench.Caller, VfioBench.Data, 4, VfioBench.Offset(0, 0), out _, ref why);
            bench.Edu.Write(bench.Caller, VfioBench.Data, 4, VfioBench.Offset(0, 4), out _, ref why);
            bench.Edu.Write(bench.Caller, VfioBench.Data, 4, VfioBench.Offset(0, 0x60), out _, ref why);
            bench.Edu.Read(bench.Caller, VfioBench.Data, 4096, VfioBench.Offset(7, 0), out _, ref why);
            bench.Edu.Write(bench.Caller, VfioBench.Data, 4, VfioBench.Offset(7, 0x10), out _, ref why);
            bench.Edu.Ioctl(bench.Caller, VFIO_DEVICE_GET_REGION_INFO, ArrayMemory.Base, out _, ref why);
        }

        Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int n = 0; n < 100; n++)
            Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(ReasonCode.None, why.Code);
    }
}
