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
    private readonly PathCalls _paths;
    private readonly DescriptorCalls _descriptors;
    private readonly EventCalls _events;
    private readonly RingCalls _rings;
    private readonly ForeignServer _foreign;

    public CallServer(Emulation emulation)
    {
        _emulation = emulation;
        _caller = new Caller(emulation.Processes, emulation.Files, emulation.Numbers, emulation.Events, emulation.Listener, emulation.Granted);
        var places = new ClientPaths(emulation);
        var installer = new DescriptorInstaller(emulation);
        var nodes = new NodeStat(emulation);
        _paths = new PathCalls(emulation, places, installer, nodes);
        _descriptors = new DescriptorCalls(emulation, _caller, installer, nodes);
        _events = new EventCalls(emulation);
        _rings = new RingCalls(emulation);
        _foreign = new ForeignServer(emulation, places);
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
            _emulation.Complain($"internal error while answering {_emulation.Table.CallOf(call.data.nr)} of thread {call.pid}: {unexpected}");
            _caller.End();
            _emulation.Listener.Fail(in call, Linux.EIO);
        }
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
        if (_emulation.Processes.FindKnown(call.pid)?.ExecBegins(call.pid) is { FastPathIsQuiet: false } memory)
        {
            _emulation.HandOver();
            var wait = new SpinWait();
            while (!memory.FastPathIsQuiet)
                wait.SpinOnce();
        }

        _emulation.Listener.Continue(in call);
    }
}
