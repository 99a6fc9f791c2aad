using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Embedded;
using Ioasis.Embedded.Descriptors;
using Ioasis.Embedded.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Conformance.Players;

/// <summary>The engine of this repository, in this process: the same files that the runner shows to programs.</summary>
public sealed unsafe class EmbeddedKernel : Kernel
{
    private const int EBADF = 9, ENODEV = 19, ENOTDIR = 20, ESPIPE = 29;

    private readonly Machine _machine;
    private readonly DeviceNodes _nodes;
    private readonly DescriptorTable _files = new();
    private readonly SortedSet<int> _open = [];
    private readonly List<(ulong Address, OpenFile File, ulong Offset, ulong Length)> _maps = [];
    private readonly CaseOwner _owner;
    private readonly CaseCaller _caller;

    public EmbeddedKernel(MachineDescription description)
    {
        _machine = new Machine(description);
        _nodes = new DeviceNodes(_machine);
        _owner = new CaseOwner(this);
        _caller = new CaseCaller(this, new EmbeddedCaller(new InProcessMemory(_owner, new OwnMappings()), _files));
    }

    /// <summary>Why the last call failed.</summary>
    public string LastReason { get; private set; } = "";

    /// <summary>Pages that are pinned or charged though no case is under way: a leak.</summary>
    public ulong PagesLeft => _owner.Pinned.Pages + _owner.User.Pages + _owner.Process.Pages;

    /// <summary>A machine as <c>ioasis run</c> describes it.</summary>
    public static EmbeddedKernel Create(IReadOnlyList<string> iommus, IReadOnlyList<string> devices) =>
        MachineDescription.TryParse(iommus, devices, null, null, out MachineDescription? machine, out string? error)
            ? new EmbeddedKernel(machine!)
            : throw new ArgumentException(error);

    public override bool Owns(int descriptor) => descriptor >= DescriptorTable.First;

    public override long? Open(string path)
    {
        if (!_nodes.TryFind(path, out DeviceNode? node))
            return _nodes.All.Any(one => path.StartsWith(one.Path + "/", StringComparison.Ordinal)) ? -ENOTDIR : null;
        Reason why = default;
        Errno errno = node!.Open(out DeviceFile? file, ref why);
        return errno.Failed ? Failure(errno, in why) : Keep(_files.Add(file!));
    }

    public override long Close(int descriptor)
    {
        _open.Remove(descriptor);
        return _files.Remove(descriptor) ? 0 : -EBADF;
    }

    public override long Dup(int descriptor) => throw new NotSupportedException("the embedded system has no duplicates: such a case is for processes");

    public override long Ioctl(int descriptor, uint request, ulong argument)
    {
        if (!_files.TryHold(descriptor, out OpenFile open))
            return -EBADF;
        Reason why = default;
        try
        {
            Errno errno = open.File.Ioctl(_caller, request, argument, out long result, ref why);
            return errno.Failed ? Failure(errno, in why) : result;
        }
        finally
        {
            EmbeddedCaller.EndCall();
            open.LetGo();
        }
    }

    public override long Transfer(int descriptor, bool writes, ulong address, ulong length, ulong? offset)
    {
        if (!_files.TryHold(descriptor, out OpenFile open))
            return -EBADF;
        Reason why = default;
        try
        {
            // What Linux settles before a queue hears of it: its descriptor has no position.
            if (offset is not null && open.File is QueueFile)
                return -ESPIPE;
            long done;
            Errno errno = writes
                ? open.File.Write(_caller, address, length, offset ?? 0, out done, ref why)
                : open.File.Read(_caller, address, length, offset ?? 0, out done, ref why);
            return errno.Failed ? Failure(errno, in why) : done;
        }
        finally
        {
            EmbeddedCaller.EndCall();
            open.LetGo();
        }
    }

    public override long Poll(int descriptor, short events, int milliseconds)
    {
        const short POLLIN = 1, POLLOUT = 4;
        if (!_files.TryHold(descriptor, out OpenFile open))
            return -EBADF;
        try
        {
            int ready = POLLOUT | ((events & POLLIN) != 0 && open.WaitReadable(milliseconds) ? POLLIN : 0);
            return ready & events;
        }
        finally
        {
            open.LetGo();
        }
    }

    public override long Map(ulong address, ulong length, int protection, bool shared, int descriptor, ulong offset)
    {
        const int EINVAL = 22, EPERM = 1, Execute = 4;
        if (!_files.TryHold(descriptor, out OpenFile open))
            return -EBADF;
        try
        {
            Reason why = default;
            if (open.File is QueueFile)
                return -ENODEV;
            if (!shared || length == 0)
                return -EINVAL;
            if ((protection & Execute) != 0)
                return -EPERM;
            Errno errno = open.File.CheckMap(offset, length, ref why);
            if (errno.Failed || open.Pages is null)
                return Failure(errno, in why);
            // A program wants them at its own address: it gets a picture of what is there now.
            byte* pages = open.Pages.ClientMaps(offset, length);
            LibC.mmap(address, length, 3, LibC.MAP_FIXED | LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
            new ReadOnlySpan<byte>(pages, (int)length).CopyTo(new Span<byte>((void*)address, (int)length));
            _maps.Add((address, open, offset, length));
            open.Hold();
            return 0;
        }
        finally
        {
            open.LetGo();
        }
    }

    public override void Unmap(ulong address)
    {
        foreach ((ulong _, OpenFile open, ulong offset, ulong length) in _maps.Where(one => one.Address == address))
        {
            open.Pages!.ClientUnmaps(offset, length);
            open.LetGo();
        }

        _maps.RemoveAll(one => one.Address == address);
    }

    public override void EndCase()
    {
        foreach (ulong address in _maps.Select(one => one.Address).ToArray())
            Unmap(address);
        foreach (int descriptor in _open)
            _files.Remove(descriptor);
        _open.Clear();
    }

    public override void Dispose() => _machine.Dispose();

    /// <summary>A descriptor that a call has made, or opened: closed when the case ends.</summary>
    internal int Keep(int descriptor)
    {
        _open.Add(descriptor);
        return descriptor;
    }

    private long Failure(Errno errno, in Reason why)
    {
        LastReason = why.ToString();
        return -(long)errno.Code;
    }
}
