using System.Runtime.CompilerServices;
using Ioasis.Abi;
using Ioasis.Abi.Mock;
using Ioasis.Conformance.Players;
using static Ioasis.Conformance.Model.ModelErrno;

namespace Ioasis.Conformance.Model;

/// <summary>
/// /dev/iommu written down as plainly as possible, for the calls that <c>Generator(everything: false)</c> makes: spaces with
/// maps, copies and unmaps, mock devices, HWPTs. Slow and obvious; the engine must give the same outcomes. Pointers are good.
/// </summary>
public sealed unsafe class ModelKernel : Kernel
{
    private const int Descriptor = 1 << 30;

    private sealed record Table(ModelSpace Space, uint SpaceId, bool IsAutomatic)
    {
        public int Devices { get; set; }
    }

    private sealed record Device(uint BoundId)
    {
        public uint TableId { get; set; }
    }

    /// <summary>Stands in the place of a device's second ID.</summary>
    private sealed record Bound;

    /// <summary>An ID that a call under way has taken, and nobody sees yet.</summary>
    private sealed record Reserved;

    private readonly SortedDictionary<uint, object> _objects = [];

    public override bool Owns(int descriptor) => descriptor >= Descriptor;

    public override long? Open(string path) => path == "/dev/iommu" ? Descriptor : null;

    public override long Close(int descriptor) => 0;

    public override long Dup(int descriptor) => throw new NotSupportedException();

    public override long Transfer(int descriptor, bool writes, ulong address, ulong length, ulong? offset) => throw new NotSupportedException();

    public override long Poll(int descriptor, short events, int milliseconds) => throw new NotSupportedException();

    public override long Map(ulong address, ulong length, int protection, bool shared, int descriptor, ulong offset) => throw new NotSupportedException();

    public override void Unmap(ulong address)
    {
    }

    public override void EndCase() => _objects.Clear();

    public override void Dispose()
    {
    }

    public override long Ioctl(int descriptor, uint request, ulong argument)
    {
        void* x = (void*)argument;
        return -(request switch
        {
            Iommufd.IOMMU_IOAS_ALLOC => Allocate(ref Unsafe.AsRef<iommu_ioas_alloc>(x)),
            Iommufd.IOMMU_DESTROY => Destroy(Unsafe.AsRef<iommu_destroy>(x).id),
            Iommufd.IOMMU_IOAS_MAP => MapMemory(ref Unsafe.AsRef<iommu_ioas_map>(x)),
            Iommufd.IOMMU_IOAS_UNMAP => UnmapMemory(ref Unsafe.AsRef<iommu_ioas_unmap>(x)),
            Iommufd.IOMMU_IOAS_COPY => Copy(ref Unsafe.AsRef<iommu_ioas_copy>(x)),
            Iommufd.IOMMU_IOAS_IOVA_RANGES => Ranges(ref Unsafe.AsRef<iommu_ioas_iova_ranges>(x)),
            Iommufd.IOMMU_IOAS_ALLOW_IOVAS => Allow(ref Unsafe.AsRef<iommu_ioas_allow_iovas>(x)),
            Iommufd.IOMMU_OPTION => Option(ref Unsafe.AsRef<iommu_option>(x)),
            Iommufd.IOMMU_HWPT_ALLOC => AllocateTable(ref Unsafe.AsRef<iommu_hwpt_alloc>(x)),
            iommu_test_cmd.IOMMU_TEST_CMD => Test(ref Unsafe.AsRef<iommu_test_cmd>(x)),
            _ => ENOTTY,
        });
    }

    private uint Add(object made)
    {
        uint id = 1;
        while (_objects.ContainsKey(id))
            id++;
        _objects.Add(id, made);
        return id;
    }

    private T? Find<T>(uint id)
        where T : class => _objects.GetValueOrDefault(id) as T;

    private int Allocate(ref iommu_ioas_alloc cmd)
    {
        cmd.out_ioas_id = Add(new ModelSpace());
        return 0;
    }

    private int Destroy(uint id)
    {
        switch (_objects.GetValueOrDefault(id))
        {
            case null:
                return ENOENT;
            case Bound or ModelSpace { Tables: > 0 } or Table { Devices: > 0 }:
                return EBUSY;
            case Device device:
                Leave(device.TableId);
                _objects.Remove(device.BoundId);
                break;
            case Table table:
                table.Space.Tables--;
                break;
        }

        _objects.Remove(id);
        return 0;
    }

    private static int MapOf(ModelSpace space, ulong address, ulong length, bool fix, bool write, ref ulong iova) =>
        length == 0 ? EINVAL : space.Place([new ModelArea(0, length - 1, new ModelMemory(address, write), address)], length, fix, write, ref iova);

    private int MapMemory(ref iommu_ioas_map cmd)
    {
        const iommufd_ioas_map_flags Fixed = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_FIXED_IOVA, Write = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_WRITEABLE;
        if (Find<ModelSpace>(cmd.ioas_id) is not { } space)
            return ENOENT;
        ulong iova = cmd.iova;
        int errno = MapOf(space, cmd.user_va, cmd.length, (cmd.flags & Fixed) != 0, (cmd.flags & Write) != 0, ref iova);
        if (errno == 0)
            cmd.iova = iova;
        return errno;
    }

    private int UnmapMemory(ref iommu_ioas_unmap cmd)
    {
        if (Find<ModelSpace>(cmd.ioas_id) is not { } space)
            return ENOENT;
        bool all = cmd.iova == 0 && cmd.length == ulong.MaxValue;
        ulong last = all ? ulong.MaxValue : cmd.iova + (cmd.length - 1);
        if (cmd.length == 0)
            return EINVAL;
        if (last < cmd.iova)
            return EOVERFLOW;
        int errno = space.Unmap(cmd.iova, last, out ulong unmapped);
        if (errno == 0 && unmapped == 0 && !all)
            errno = ENOENT;
        if (errno == 0)
            cmd.length = unmapped;
        return errno;
    }

    private int Copy(ref iommu_ioas_copy cmd)
    {
        const iommufd_ioas_map_flags Fixed = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_FIXED_IOVA, Write = iommufd_ioas_map_flags.IOMMU_IOAS_MAP_WRITEABLE;
        if (Find<ModelSpace>(cmd.src_ioas_id) is not { } source)
            return ENOENT;
        if (cmd.length == 0)
            return EINVAL;
        ulong last = cmd.src_iova + (cmd.length - 1);
        if (last < cmd.src_iova)
            return EOVERFLOW;
        if (source.Collect(cmd.src_iova, last) is not { } parts || Find<ModelSpace>(cmd.dst_ioas_id) is not { } target)
            return ENOENT;
        ulong iova = cmd.dst_iova;
        int errno = target.Place(parts, cmd.length, (cmd.flags & Fixed) != 0, (cmd.flags & Write) != 0, ref iova);
        if (errno == 0)
            cmd.dst_iova = iova;
        return errno;
    }

    private int Ranges(ref iommu_ioas_iova_ranges cmd)
    {
        if (Find<ModelSpace>(cmd.ioas_id) is not { } space)
            return ENOENT;
        ulong* list = (ulong*)cmd.allowed_iovas;
        (list[0], list[1]) = space.Usable;
        cmd.num_iovas = 1;
        cmd.out_iova_alignment = space.Alignment;
        return 0;
    }

    private int Allow(ref iommu_ioas_allow_iovas cmd)
    {
        if (Find<ModelSpace>(cmd.ioas_id) is not { } space)
            return ENOENT;
        ulong* list = (ulong*)cmd.allowed_iovas;
        if (cmd.num_iovas != 0 && list[0] >= list[1])
            return EINVAL;
        if (cmd.num_iovas != 0 && space.IsReserved(list[0], list[1]))
            return EADDRINUSE;
        space.Allowed = cmd.num_iovas == 0 ? null : (list[0], list[1]);
        return 0;
    }

    private int Option(ref iommu_option cmd)
    {
        if (Find<ModelSpace>(cmd.object_id) is not { } space)
            return ENOENT;
        if (cmd.op == iommufd_option_ops.IOMMU_OPTION_OP_GET)
            cmd.val64 = space.HugePages ? 1u : 0;
        else
            space.HugePages = cmd.val64 != 0; // the generator sets it when nothing is in the space yet
        return 0;
    }

    private int AllocateTable(ref iommu_hwpt_alloc cmd)
    {
        if (Find<Bound>(cmd.dev_id) is null)
            return ENOENT;
        switch (_objects.GetValueOrDefault(cmd.pt_id))
        {
            case ModelSpace space:
                int errno = space.AddTable();
                if (errno == 0)
                    cmd.out_hwpt_id = Add(new Table(space, cmd.pt_id, false));
                return errno;
            case Table:
                return EOPNOTSUPP; // nested, but nothing says how
            default:
                return EINVAL;
        }
    }

    private int Test(ref iommu_test_cmd cmd) => cmd.op switch
    {
        iommu_test_op.IOMMU_TEST_OP_MOCK_DOMAIN => Create(ref cmd),
        iommu_test_op.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE => Replace(ref cmd),
        iommu_test_op.IOMMU_TEST_OP_MD_CHECK_MAP => CheckMap(in cmd),
        iommu_test_op.IOMMU_TEST_OP_MD_CHECK_REFS => CheckPins(in cmd),
        _ => EOPNOTSUPP,
    };

    private int Create(ref iommu_test_cmd cmd)
    {
        // The device's own IDs come first, whether it can be attached or not.
        uint self = Add(new Reserved()), bound = Add(new Bound());
        int errno = Enter(cmd.id, out uint table);
        if (errno != 0)
        {
            _objects.Remove(self);
            _objects.Remove(bound);
            return errno;
        }

        _objects[self] = new Device(bound) { TableId = table };
        cmd.mock_domain.out_stdev_id = self;
        cmd.mock_domain.out_hwpt_id = table;
        cmd.mock_domain.out_idev_id = bound;
        return 0;
    }

    private int Replace(ref iommu_test_cmd cmd)
    {
        if (Find<Device>(cmd.id) is not { } device)
            return ENOENT;
        int errno = Enter(cmd.operand, out uint table);
        if (errno != 0)
            return errno;
        Leave(device.TableId);
        device.TableId = table;
        cmd.operand = table;
        return 0;
    }

    /// <summary>A device comes into a HWPT, or into the automatic one of a space.</summary>
    private int Enter(uint id, out uint table)
    {
        table = id;
        switch (_objects.GetValueOrDefault(id))
        {
            case null or Reserved:
                return ENOENT;
            case Table found:
                found.Devices++;
                return 0;
            case ModelSpace space:
                table = _objects.FirstOrDefault(one => one.Value is Table { IsAutomatic: true } known && known.Space == space).Key;
                if (table == 0)
                {
                    int errno = space.AddTable();
                    if (errno != 0)
                        return errno;
                    table = Add(new Table(space, id, true));
                }

                Find<Table>(table)!.Devices++;
                return 0;
            default:
                return EINVAL;
        }
    }

    private void Leave(uint id)
    {
        Table table = Find<Table>(id)!;
        if (--table.Devices > 0 || !table.IsAutomatic)
            return;
        table.Space.Tables--;
        _objects.Remove(id);
    }

    private int CheckMap(in iommu_test_cmd cmd)
    {
        const ulong Page = 2048;
        ref readonly iommu_test_check_map wanted = ref cmd.check_map;
        if (Find<Table>(cmd.id) is not { } table)
            return ENOENT;
        if ((wanted.iova | wanted.length | wanted.uptr) % Page != 0)
            return EINVAL;
        for (ulong done = 0; done < wanted.length; done += Page)
        {
            ulong iova = wanted.iova + done, address = wanted.uptr + done;
            if (!ModelSpace.IsThere(address, false))
                return EFAULT;
            ModelArea? area = table.Space.Areas.Find(one => one.First <= iova && iova <= one.Last);
            if (area is null || area.Address + (iova - area.First) != address)
                return EINVAL;
        }

        return 0;
    }

    private int CheckPins(in iommu_test_cmd cmd)
    {
        ulong address = cmd.check_refs.uptr;
        int pins = _objects.Values.OfType<ModelSpace>().Where(space => space.Tables > 0).SelectMany(space => space.Areas)
            .Where(area => area.Address <= address && address < area.Address + area.Length)
            .Select(area => area.Memory).Distinct(ReferenceEqualityComparer.Instance).Count();
        return pins == (int)cmd.check_refs.refs ? 0 : EIO;
    }
}
