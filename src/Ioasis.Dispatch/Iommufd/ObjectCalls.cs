using Ioasis.Abi;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>Handlers on objects of any kind.</summary>
internal static class ObjectCalls
{
    public static Errno Destroy(ref IoctlCall call, ref Reason why) =>
        call.Context.Destroy(new ObjectId(call.As<iommu_destroy>().id), ref why);
}
