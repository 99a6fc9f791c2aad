using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Client.Devices;
using Ioasis.Client.Native;
using Ioasis.Client.Transports;
using static Ioasis.Abi.iommufd_option_ops;

namespace Ioasis.Client;

/// <summary>One open <c>/dev/iommu</c>: the owner of address spaces, and what devices are bound to. Thread-safe.</summary>
public sealed class Iommu : IDisposable
{
    /// <summary>The file that is opened.</summary>
    public const string DevicePath = "/dev/iommu";

    private Iommu(DescriptorHandle handle) => Handle = handle;

    /// <summary>How the calls travel.</summary>
    public ITransport Transport => Handle.Transport;

    /// <summary>Whether it has been disposed.</summary>
    public bool IsClosed => Handle.IsClosed;

    internal DescriptorHandle Handle { get; }

    /// <summary>Opens <c>/dev/iommu</c>.</summary>
    /// <param name="transport">How the calls travel; the system calls of Linux when null.</param>
    /// <exception cref="IommuException">ENOENT: there is none; EACCES: not allowed.</exception>
    public static Iommu Open(ITransport? transport = null) =>
        new(DescriptorHandle.Open(transport ?? KernelTransport.Instance, DevicePath));

    /// <summary>Allocates an empty address space (IOMMU_IOAS_ALLOC).</summary>
    public AddressSpace AllocateAddressSpace()
    {
        iommu_ioas_alloc args = new() { size = (uint)Unsafe.SizeOf<iommu_ioas_alloc>() };
        CallResult result = Handle.Ioctl(Iommufd.IOMMU_IOAS_ALLOC, ref args);
        return result.Failed
            ? throw new IommuException(nameof(Iommufd.IOMMU_IOAS_ALLOC), "", result)
            : new AddressSpace(this, args.out_ioas_id);
    }

    /// <summary>Allocates zeroed memory for DMA.</summary>
    /// <param name="length">Bytes, at least 1; rounded up to whole pages.</param>
    /// <exception cref="IommuException">ENOMEM.</exception>
    public DmaBuffer AllocateBuffer(int length)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return DmaBuffer.Allocate(length, Transport);
    }

    /// <summary>Opens a VFIO device through the same transport.</summary>
    /// <inheritdoc cref="VfioDevice.Open(string, ITransport?)"/>
    public VfioDevice OpenDevice(string device) => VfioDevice.Open(device, Transport);

    /// <summary>Who is charged for pinned memory; to be set before anything is allocated (IOMMU_OPTION_RLIMIT_MODE).</summary>
    /// <exception cref="IommuException">EPERM: setting needs CAP_SYS_RESOURCE; EBUSY: an object exists already.</exception>
    public PinAccounting Accounting
    {
        get => (PinAccounting)GetOption(iommufd_option.IOMMU_OPTION_RLIMIT_MODE, 0);
        set => SetOption(iommufd_option.IOMMU_OPTION_RLIMIT_MODE, 0, (ulong)value);
    }

    /// <summary>
    /// Closes the file. Its objects go too; while a device is still bound, that waits until the device is closed. Safe to do
    /// twice.
    /// </summary>
    public void Dispose() => Handle.Dispose();

    internal ulong GetOption(iommufd_option option, uint id) => Option(option, IOMMU_OPTION_OP_GET, id, 0);

    internal void SetOption(iommufd_option option, uint id, ulong value) => Option(option, IOMMU_OPTION_OP_SET, id, value);

    private ulong Option(iommufd_option option, iommufd_option_ops operation, uint id, ulong value)
    {
        iommu_option args = new()
        {
            size = (uint)Unsafe.SizeOf<iommu_option>(), option_id = option, op = operation, object_id = id, val64 = value,
        };
        CallResult result = Handle.Ioctl(Iommufd.IOMMU_OPTION, ref args);
        return result.Failed
            ? throw new IommuException(nameof(Iommufd.IOMMU_OPTION), $"{option}, {operation}, object {id}, value {value}", result)
            : args.val64;
    }
}
