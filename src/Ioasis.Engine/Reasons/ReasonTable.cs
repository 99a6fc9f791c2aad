using System.Globalization;
using static Ioasis.Engine.Reasons.ErrnoCode;
using static Ioasis.Engine.Reasons.ReasonCode;

namespace Ioasis.Engine.Reasons;

/// <summary>
/// One row a reason: the error number that a program sees, and the sentence that a person reads. In a sentence {0} to {3}
/// are the operands A to D of <see cref="Reason"/> and {4} is its name; <c>{0:x}</c> is hexadecimal.
/// </summary>
public static class ReasonTable
{
    /// <summary>The error number that goes with a reason.</summary>
    public static ErrnoCode ErrnoOf(ReasonCode code) => Row(code).Errno;

    /// <summary>The sentence for a reason with its operands. Allocates; for the edges only.</summary>
    public static string TextOf(in Reason reason) =>
        string.Format(CultureInfo.InvariantCulture, Row(reason.Code).Text, reason.A, reason.B, reason.C, reason.D, reason.Name ?? "?");

    private static (ErrnoCode Errno, string Text) Row(ReasonCode code) => code switch
    {
        ReasonCode.None => (ErrnoCode.None, "no reason was recorded"),

        UnknownIoctl => (ENOTTY, "{4} knows no ioctl 0x{0:x}"),
        LegacyVfioAbsent => (ENOTTY, "legacy VFIO ioctl 0x{0:x} on {4} is not implemented (docs/compatibility.md lists what is)"),
        ArgumentUnreadable => (EFAULT, "the argument at 0x{0:x} ({1} bytes) cannot be read"),
        ArgumentUnwritable => (EFAULT, "the answer cannot be written to the argument at 0x{0:x} ({1} bytes)"),
        StructTooShort => (EINVAL, "the structure says it has {0} bytes; {4} needs at least {1}"),
        TailNotZero => (E2BIG, "the structure has {0} bytes, {1} are known, and byte {2} beyond them is not zero"),
        ReservedNotZero => (EOPNOTSUPP, "the reserved field {4} holds 0x{0:x} and must be 0"),
        UnknownFlags => (EOPNOTSUPP, "flags 0x{0:x} have bits outside the known 0x{1:x}"),
        NotImplemented => (EOPNOTSUPP, "{4} is not implemented (docs/compatibility.md lists what is)"),
        ListUnreadable => (EFAULT, "the list at 0x{0:x} cannot be read at entry {1}"),
        ListUnwritable => (EFAULT, "the list at 0x{0:x} cannot be written at entry {1}"),
        PermissionNeeded => (EPERM, "the caller lacks {4}"),

        NoSuchObject => (ENOENT, "there is no object {0}"),
        WrongObjectType => (ENOENT, "object {0} is not of the kind {4}"),
        ObjectInUse => (EBUSY, "object {0} ({4}) is in use, references: {1}"),
        ObjectNotDestroyable => (EBUSY, "object {0} ({4}) lives as long as its device file is open"),

        NoAccessFlag => (EINVAL, "neither READABLE nor WRITEABLE is set in flags 0x{0:x}"),
        AddressTooLarge => (EOVERFLOW, "IOVA 0x{0:x} or length 0x{1:x} is 2^64-1"),
        LengthZero => (EINVAL, "the length is 0"),
        LengthTooLarge => (EINVAL, "length 0x{0:x} leaves no room for a page below 2^64"),
        RangeWraps => (EOVERFLOW, "address 0x{0:x} plus length 0x{1:x} passes 2^64"),
        LengthUnaligned => (EINVAL, "length 0x{0:x} is no multiple of the address space's alignment 0x{1:x}"),
        IovaUnaligned => (EINVAL, "IOVA 0x{0:x} is no multiple of the address space's alignment 0x{1:x}"),
        AddressUnaligned => (EINVAL, "address 0x{0:x} is no multiple of the address space's alignment 0x{1:x}"),
        IovaReserved => (EINVAL, "IOVA 0x{0:x}-0x{1:x} meets the reserved range 0x{2:x}-0x{3:x}"),
        IovaOccupied => (EEXIST, "IOVA 0x{0:x}-0x{1:x} meets the mapping 0x{2:x}-0x{3:x}"),
        NoFreeIova => (ENOSPC, "no free range of 0x{0:x} bytes, aligned to 0x{1:x}, is left"),
        AutomaticLengthTooLarge => (EOVERFLOW, "length 0x{0:x} is too large for an automatic IOVA"),
        AutomaticAlignmentTooSmall => (EINVAL, "address 0x{0:x} and length 0x{1:x} allow alignment 0x{2:x}; the address space needs 0x{3:x}"),
        CopySourceNotMapped => (ENOENT, "the source range 0x{0:x}-0x{1:x} is not mapped throughout: nothing at 0x{2:x}"),
        CopySourceReadOnly => (EPERM, "the source at 0x{0:x} was mapped read-only; a writeable copy is not allowed"),
        UnmapTruncates => (ENOENT, "unmapping 0x{0:x}-0x{1:x} would cut the mapping 0x{2:x}-0x{3:x}"),
        UnmapNothing => (ENOENT, "nothing is mapped in 0x{0:x}-0x{1:x}"),
        AllowedRangeEmpty => (EINVAL, "allowed range {2}: start 0x{0:x} is not below last 0x{1:x}"),
        AllowedRangesOverlap => (EINVAL, "allowed range {2} (0x{0:x}-0x{1:x}) meets an earlier one of the list"),
        AllowedRangeReserved => (EADDRINUSE, "allowed range 0x{0:x}-0x{1:x} meets the reserved range 0x{2:x}-0x{3:x}"),
        TooManyRanges => (EMSGSIZE, "the list has room for {0} ranges, {1} exist"),
        TooManyAllowedRanges => (ENOMEM, "a list of allowed ranges holds at most {0}"),
        OptionUnknown => (EOPNOTSUPP, "there is no option {0}"),
        OptionOperationUnknown => (EOPNOTSUPP, "option {1} has no operation {0}"),
        OptionValueInvalid => (EINVAL, "{0} is no value of option {4}"),
        OptionObjectNotZero => (EOPNOTSUPP, "RLIMIT_MODE is global; object_id is {0} and must be 0"),
        OptionNeedsEmptyContext => (EBUSY, "RLIMIT_MODE can only be set while no object exists; there are {0}"),
        OptionNeedsEmptySpace => (EINVAL, "HUGE_PAGES cannot be switched off with {0} page tables attached and {1} areas mapped"),
        HugePagesAreaUnaligned => (EADDRINUSE, "area 0x{0:x}-0x{1:x} (page offset 0x{2:x}) is not aligned to 0x{3:x}"),

        NoLegacySpace => (ENODEV, "no compatibility IOAS is set (IOMMU_VFIO_IOAS_SET sets one)"),
        LegacyOperationUnknown => (EOPNOTSUPP, "IOMMU_VFIO_IOAS has no operation {0}"),

        MemoryNotMapped => (EFAULT, "client memory 0x{0:x} is not mapped (wanted 0x{1:x}-0x{2:x})"),
        MemoryNotReadable => (EFAULT, "client memory 0x{0:x} is not readable (wanted 0x{1:x}-0x{2:x})"),
        MemoryNotWritable => (EFAULT, "client memory 0x{0:x} is not writable (wanted 0x{1:x}-0x{2:x})"),
        MemoryNotPinnable => (EFAULT, "client memory 0x{0:x} is not ordinary memory and cannot be pinned (wanted 0x{1:x}-0x{2:x})"),
        MemoryGone => (EFAULT, "the process whose memory this is has ended or run another program (wanted 0x{0:x}-0x{1:x})"),
        MemoryUnreadable => (EFAULT, "the layout of the client's memory cannot be read: {4}"),
        MemlockLimit => (ENOMEM, "pinning {0} pages would make {1} locked pages, RLIMIT_MEMLOCK allows {2}"),

        NotAnIommufd => (EBADFD, "descriptor {0} is open but is no /dev/iommu"),
        BadDescriptor => (EBADF, "descriptor {0} is not open"),
        DeviceAlreadyBound => (EINVAL, "device {4} is bound already, as object {0} of another open file or of this one"),
        DeviceNotBound => (EINVAL, "device {4} is not bound to a /dev/iommu yet"),
        GroupHeldElsewhere => (EPERM, "IOMMU group {0} of device {4} is owned by another /dev/iommu"),
        NotAttachable => (EINVAL, "object {0} is neither an IOAS nor a HWPT, a device cannot be attached to it"),
        PageSizeIncompatible => (EINVAL, "the IOMMU's smallest page 0x{0:x} exceeds the system's 0x{1:x}"),
        AreaUnalignedForHardware => (EADDRINUSE, "area 0x{0:x}-0x{1:x} (page offset 0x{2:x}) is not aligned to the IOMMU's page 0x{3:x}"),
        AreaOutsideAperture => (EADDRINUSE, "area 0x{0:x}-0x{1:x} lies outside the IOMMU's aperture: 0x{2:x}-0x{3:x} is not translated"),
        AreaInReservedRegion => (EADDRINUSE, "area 0x{0:x}-0x{1:x} meets the reserved region 0x{2:x}-0x{3:x} of {4}"),
        AllowedRangeOutsideAperture => (EADDRINUSE, "allowed range 0x{0:x}-0x{1:x} lies outside the IOMMU's aperture: 0x{2:x}-0x{3:x} is not translated"),
        AllowedRangeInReservedRegion => (EADDRINUSE, "allowed range 0x{0:x}-0x{1:x} meets the reserved region 0x{2:x}-0x{3:x} of {4}"),
        OtherIommuInstance => (EINVAL, "HWPT {0} was made for another IOMMU than the one of device {4}"),
        GroupAttachedElsewhere => (EINVAL, "IOMMU group {0} of device {4} is attached to HWPT {1} already"),
        AlreadyAttached => (EBUSY, "{4} is attached already (PASID {0}) to HWPT {1}"),
        NotAttached => (EINVAL, "{4} is not attached (PASID {0}); there is nothing to replace"),
        PasidTooLarge => (EINVAL, "PASID {0} is beyond {1}, the largest that {4} has"),
        PasidsUnsupported => (EOPNOTSUPP, "PASID {0}: {4} does not translate requests with PASIDs"),
        DeviceHasNoPageRequests => (ENODEV, "HWPT {0} has a fault queue, and {4} cannot send page requests"),
        HwptDataMismatch => (EINVAL, "data_type {0} does not go with data_len {1}"),
        HwptParentInvalid => (EINVAL, "object {0} cannot be the parent of a HWPT"),
        HwptNestingUnsupported => (EOPNOTSUPP, "the IOMMU of device {4} nests no table on HWPT {0}"),
        HwptNotNestParent => (EINVAL, "HWPT {0} cannot be the parent of a nested one for {4}: it was not allocated with NEST_PARENT by the same IOMMU driver"),
        HwptNotForPasids => (EINVAL, "HWPT {0} was allocated without ALLOC_PASID, and {4} uses PASIDs with it (PASID {1})"),
        NestParentCannotFault => (EOPNOTSUPP, "flags 0x{0:x} ask for a nest parent with a fault queue: page requests belong to stage 1"),
        NestedDataMissing => (EOPNOTSUPP, "a nested HWPT needs the parameters of its format (data_len is 0)"),
        VirtualIommuOfOther => (EINVAL, "vIOMMU {0} belongs to another IOMMU than {4}"),
        NotInvalidatable => (EINVAL, "object {0} is of the kind {4}; invalidations go to a nested HWPT or a vIOMMU"),
        UserDataTypeWrong => (EINVAL, "the data is of type 0x{0:x}; 0x{1:x} is expected here"),
        UserDataLengthWrong => (EINVAL, "the data has {0} bytes; between {1} and {2} are expected"),
        UserDataUnreadable => (EFAULT, "the data at 0x{0:x} ({1} bytes) cannot be read"),
        HardwareInfoTypeUnknown => (EOPNOTSUPP, "IOMMU {4} gives no information of type {0}"),
        HwptFlagUnsupported => (EOPNOTSUPP, "the IOMMU of device {4} does not support HWPT flags 0x{0:x}"),
        HwptDataTypeUnsupported => (EOPNOTSUPP, "the IOMMU of device {4} makes no HWPT of data_type {0}"),

        MockEntryUnknown => (EINVAL, "there is no entry {0}; the last is {1}"),
        MockEntryDiffers => (EINVAL, "entry {0} of {4} holds 0x{1:x}, not 0x{2:x}"),
        MockAttachFails => (ENOMEM, "every second attachment of PASID {0} of {4} fails: that is what the PASID is for"),
        DeviceCannotTrackDirty => (EINVAL, "HWPT {0} tracks dirty pages, and {4} cannot"),
        NoVirtualDevice => (ENOENT, "vIOMMU {0} has no vDevice for {4}"),
        MockOperationUnknown => (EOPNOTSUPP, "IOMMU_TEST_CMD knows no operation {0}"),
        MockFlagsUnknown => (EINVAL, "a mock device has no properties 0x{0:x}; there are 0x{1:x}"),
        MockPasidElsewhere => (EINVAL, "PASID {0} of {4} leads to HWPT {1} (0: none), not to {2}"),
        NotBehindMock => (EINVAL, "device {0} ({4}) is not behind the mock IOMMU"),

        InvalidationListInvalid => (EINVAL, "{0} entries of {1} bytes at 0x{2:x}: an address, an entry length up to 4096 and at most 524288 entries are needed"),

        DmaNoBusMaster => (EIO, "bus mastering is off in the command register of {4}"),
        DmaNotAttached => (EIO, "{4} is attached to no address space"),
        DmaNotMapped => (EIO, "IOVA 0x{0:x} is not mapped in the address space of {4}"),
        DmaNotPermitted => (EIO, "IOVA 0x{0:x} is mapped without the permission asked for, in the address space of {4}"),
        DmaMemoryGone => (EIO, "IOVA 0x{0:x} is mapped, but the client memory 0x{2:x} behind it is no longer there"),
        DmaAddressWraps => (EIO, "IOVA 0x{0:x} plus {1} bytes passes 2^64"),
        DmaPageRefused => (EFAULT, "{4} asked for the page of IOVA 0x{0:x}, and the answer was that there is none"),

        ArgszTooShort => (EINVAL, "argsz is {0}; {4} needs at least {1}"),
        NoSuchRegion => (EINVAL, "the device has no region {0} (it has {1})"),
        NoSuchInterrupt => (EINVAL, "the device has no interrupt index {0}"),
        InterruptRangeInvalid => (EINVAL, "interrupts {1} to {1}+{2} exceed index {0}, which has {3}"),
        InterruptFlagsInvalid => (EINVAL, "flags 0x{0:x} are no valid choice for interrupt index {1}"),
        InterruptNotEnabled => (EINVAL, "interrupt index {0} has no trigger set"),
        InterruptBusy => (EBUSY, "interrupt index {0} is set up already"),
        InterruptActionUnsupported => (ENOTTY, "interrupt index {0} cannot do what flags 0x{1:x} ask for"),
        InterruptRangeEmpty => (EINVAL, "with flags 0x{1:x}, interrupt index {0} needs a range of exactly one interrupt"),
        InterruptDescriptorInvalid => (EINVAL, "-{0} is no descriptor for interrupt index {1}; -1 takes the eventfd away"),
        InterruptModeTaken => (EINVAL, "interrupt index {0} cannot be set up while index {1} is"),
        InterruptNoVectors => (ERANGE, "interrupt index {0} cannot be enabled with no vector at all"),
        InterruptVectorNotEnabled => (EINVAL, "vector {1} of interrupt index {0} is beyond the {2} that it was enabled with"),
        DescriptorNotAnEvent => (EINVAL, "descriptor {0} is open but is no eventfd"),
        RegionRangeInvalid => (EINVAL, "offset 0x{0:x} plus {1} bytes is outside region {2}, which has 0x{3:x}"),
        ConfigRangeInvalid => (EFAULT, "offset 0x{0:x} plus {1} bytes is outside configuration space, which has 0x{2:x}"),
        RegionNotMappable => (EINVAL, "no region of {4} can be mapped (asked for offset 0x{0:x}, length 0x{1:x}); use pread and pwrite"),
        MemorySpaceOff => (EIO, "{4} answers no access to BAR {0} at 0x{1:x}: memory space is off in its command register, or it sleeps"),
        VfioFlagsInvalid => (EINVAL, "flags 0x{0:x} of {4} have bits outside the known 0x{1:x}"),
        DescriptorNegative => (EINVAL, "{4} is -{0}: no descriptor is negative"),
        TokenNotExpected => (EINVAL, "{4} is neither a virtual function nor has any: it takes no token"),
        PasidNotAttachable => (EINVAL, "{4} has no PASIDs: PASID {0} cannot be attached to object {1}"),
        DeviceNotResettable => (EINVAL, "{4} cannot be reset by itself"),
        NoBusReset => (ENODEV, "{4} sits on a root bus: no bridge above it can reset the bus"),
        HotResetByGroups => (EINVAL, "{0} group descriptors are given; a device that was opened by its own path takes none"),
        FeatureUnknown => (ENOTTY, "the device has no feature {0}"),
        FeatureFlagsInvalid => (EINVAL, "flags 0x{0:x} are no valid choice for a feature"),
        FileNotReadable => (EINVAL, "{4} cannot be read or written"),
        FileNotMappable => (ENXIO, "{4} offers nothing to map at offset 0x{0:x} with length 0x{1:x}"),
        DescriptorTableFull => (EMFILE, "the caller has no free descriptor"),

        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "a reason without a row"),
    };
}
