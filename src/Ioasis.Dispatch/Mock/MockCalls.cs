using Ioasis.Abi.Mock;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Engine.Mock;
using Ioasis.Engine.Reasons;
using static Ioasis.Abi.Mock.iommu_test_op;

namespace Ioasis.Dispatch.Mock;

/// <summary>
/// IOMMU_TEST_CMD, which is there when the machine has a mock IOMMU: one row an operation, as the tests of Linux know them. The
/// handlers stand in the files named after their nouns.
/// </summary>
/// <remarks>Source: drivers/iommu/iommufd/iommufd_test.h of Linux 7.3.</remarks>
internal static class MockCalls
{
    public static Errno Test(ref IoctlCall call, ref Reason why)
    {
        ref iommu_test_cmd cmd = ref call.As<iommu_test_cmd>();
        return cmd.op switch
        {
            IOMMU_TEST_OP_MOCK_DOMAIN => MockDeviceCalls.Create(ref call, ref cmd, default, ref why),
            IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS => MockDeviceCalls.Create(ref call, ref cmd, cmd.mock_domain.dev_flags, ref why),
            IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE => MockDeviceCalls.Replace(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_MD_CHECK_IOTLB => MockDeviceCalls.CheckIotlb(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_DEV_CHECK_CACHE => MockDeviceCalls.CheckCache(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_PASID_ATTACH => MockPasidCalls.Attach(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_PASID_REPLACE => MockPasidCalls.Replace(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_PASID_DETACH => MockPasidCalls.Detach(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_PASID_CHECK_HWPT => MockPasidCalls.Check(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_TRIGGER_IOPF => MockEventCalls.RequestPage(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_TRIGGER_VEVENT => MockEventCalls.SendEvent(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_ADD_RESERVED => MockMemoryCalls.AddReserved(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_MD_CHECK_MAP => MockMemoryCalls.CheckMap(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_MD_CHECK_REFS => MockMemoryCalls.CheckPins(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT => MockMemoryCalls.SetLimit(ref cmd, ref why),
            IOMMU_TEST_OP_CREATE_ACCESS => MockAccessCalls.Create(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_ACCESS_REPLACE_IOAS => MockAccessCalls.Replace(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_ACCESS_PAGES => MockAccessCalls.Pin(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_DESTROY_ACCESS_PAGES => MockAccessCalls.Unpin(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_ACCESS_RW => MockAccessCalls.Transfer(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_DIRTY => MockDirtyCalls.Mark(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_DMABUF_GET => MockBufferCalls.Create(ref call, ref cmd, ref why),
            IOMMU_TEST_OP_DMABUF_REVOKE => MockBufferCalls.Revoke(ref call, ref cmd, ref why),
            _ => why.Because(ReasonCode.MockOperationUnknown, (ulong)cmd.op),
        };
    }
}
