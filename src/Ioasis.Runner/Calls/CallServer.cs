using Ioasis.Engine.Failures;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;
using Ioasis.Runner.Syscalls;
using static Ioasis.Runner.Syscalls.Call;

namespace Ioasis.Runner.Calls;

/// <summary>Answers the calls of clients, on one service thread. The one place where an exception of a handler ends.</summary>
internal sealed class CallServer
{
    private readonly Emulation _emulation;
    private readonly Caller _caller;
    private readonly ClientPaths _places;
    private readonly PathCalls _paths;
    private readonly ChangeCalls _changes;
    private readonly AttributeCalls _attributes;
    private readonly FilesystemCalls _filesystems;
    private readonly NameCalls _names;
    private readonly PlaceCalls _directories;
    private readonly WatchCalls _watches;
    private readonly DescriptorCalls _descriptors;
    private readonly EventCalls _events;
    private readonly RingCalls _rings;
    private readonly ForeignServer _foreign;

    public CallServer(Emulation emulation)
    {
        _emulation = emulation;
        _caller = new Caller(emulation.Processes, emulation.Files, emulation.Numbers, emulation.Events, emulation.Listener, emulation.Granted);
        _places = new ClientPaths(emulation);
        var otherPlaces = new ClientPaths(emulation); // of calls with two paths
        var installer = new DescriptorInstaller(emulation);
        var nodes = new NodeStat(emulation);
        var open = new NodeOpen(emulation, installer);
        _paths = new PathCalls(emulation, _places, installer, nodes, open);
        _changes = new ChangeCalls(emulation, _places);
        _attributes = new AttributeCalls(emulation, _places);
        _filesystems = new FilesystemCalls(emulation, _places);
        _names = new NameCalls(emulation, _places, otherPlaces);
        _directories = new PlaceCalls(emulation, _places);
        _watches = new WatchCalls(emulation, _places, otherPlaces, open);
        _descriptors = new DescriptorCalls(emulation, _caller, installer, nodes, _changes, _attributes);
        _events = new EventCalls(emulation);
        _rings = new RingCalls(emulation);
        _foreign = new ForeignServer(emulation, _places);
    }

    /// <summary>Answers a call.</summary>
    public void Serve(in seccomp_notif call)
    {
        try
        {
            if (_emulation.Failures.Of(call.pid) is not { } countdown)
            {
                Answer(in call);
                return;
            }

            using (FailurePoint.Arm(countdown))
                Answer(in call);
        }
#pragma warning disable CA1031 // Whatever a handler throws, the client gets an answer and the runner goes on.
        catch (Exception unexpected)
#pragma warning restore CA1031
        {
            Recover(in call, unexpected);
        }
    }

    /// <summary>The client gets an answer. What it takes to tell why may fail as well, when memory or descriptors are short.</summary>
    private void Recover(in seccomp_notif call, Exception unexpected)
    {
        bool isShort = unexpected is OutOfMemoryException;
        try
        {
            _caller.End();
            string what = $"{_emulation.Table.CallOf(call.data.nr)} of thread {call.pid}";
            _emulation.Complain(isShort
                ? $"{what} gives ENOMEM: {unexpected.Message}"
                : $"internal error while answering {what}: {unexpected}");
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
            _emulation.Complain("internal error while answering a call, and while telling of it");
        }

        _emulation.Listener.Fail(in call, isShort ? Linux.ENOMEM : Linux.EIO);
    }

    private void Answer(in seccomp_notif call)
    {
        if (_emulation.Table.IsForeign(call.data.arch, call.data.nr))
        {
            _foreign.Serve(in call);
            return;
        }

        switch (_emulation.Table.CallOf(call.data.nr))
        {
            case Call.Open or OpenAt or OpenAt2 or Creat:
                _paths.ServeOpen(in call);
                break;
            case Call.Stat or LStat or NewFStatAt or StatX:
                _paths.ServeStat(in call);
                break;
            case Access or FAccessAt or FAccessAt2:
                _paths.ServeAccess(in call);
                break;
            case ReadLink or ReadLinkAt:
                _paths.ServeReadLink(in call);
                break;
            case EventFd or EventFd2:
                _events.Serve(in call);
                break;
            case IoUringSetup:
                _rings.Refuse(in call);
                break;
            case ExecVe or ExecVeAt:
                ServeExec(in call);
                break;
            case ChMod or FChModAt or FChModAt2 or ChOwn or LChOwn or FChOwnAt or UTime or UTimes or FUTimesAt or UTimensAt or Truncate:
                _changes.Serve(in call);
                break;
            case SetXAttr or LSetXAttr or GetXAttr or LGetXAttr or ListXAttr or LListXAttr or RemoveXAttr or LRemoveXAttr:
                _attributes.Serve(in call);
                break;
            case StatFs or FStatFs:
                _filesystems.Serve(in call);
                break;
            case MkDir or MkDirAt or MkNod or MkNodAt or RmDir or Unlink or UnlinkAt or SymLink or SymLinkAt or Link or LinkAt
                or Rename or RenameAt or RenameAt2:
                _names.Serve(in call);
                break;
            case ChDir or GetCwd or ChRoot:
                _directories.Serve(in call);
                break;
            case INotifyAddWatch or FANotifyMark or NameToHandleAt or OpenTree or MoveMount or Mount or UMount2 or Connect or Bind:
                _watches.Serve(in call);
                break;
            default:
                _descriptors.Serve(in call);
                break;
        }
    }

    /// <summary>
    /// The program is about to be replaced. Devices must not reach the new one's memory by way of the old one's process number, so
    /// the copies that are under way end first.
    /// </summary>
    private void ServeExec(in seccomp_notif call)
    {
        int refused = ExecError(in call);
        if (refused != 0)
        {
            _emulation.Listener.Fail(in call, refused);
            return;
        }

        if (_emulation.Processes.FindKnown(call.pid)?.ExecBegins(call.pid) is { FastPathIsQuiet: false } memory)
        {
            _emulation.HandOver();
            var wait = new SpinWait();
            while (!memory.FastPathIsQuiet)
                wait.SpinOnce();
        }

        _emulation.Listener.Continue(in call);
    }

    /// <summary>Nothing of ours can be executed; a program of the host that is reached by way of the tree cannot either.</summary>
    private int ExecError(in seccomp_notif call)
    {
        var arguments = new CallArguments(in call);
        bool isAt = _emulation.Table.CallOf(call.data.nr) == ExecVeAt;
        int flags = isAt ? (int)arguments[4] : 0;
        bool follow = (flags & Linux.AT_SYMLINK_NOFOLLOW) == 0;
        Place place = _places.Find(call.pid, isAt ? (int)arguments[0] : Linux.AT_FDCWD, arguments[isAt ? 1 : 0], follow, (flags & Linux.AT_EMPTY_PATH) != 0);
        return place.Error != 0 ? place.Error
            : place.IsOurs && place.Node!.Kind == Paths.PathKind.Link ? Linux.ELOOP
            : place.IsOurs || place.IsDetour ? Linux.EACCES : 0;
    }
}
