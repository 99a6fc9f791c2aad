using Ioasis.Engine.Reasons;
using Ioasis.Engine.Work;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// How a device is had back from its clients (Linux: vfio_unregister_group_dev, vfio_pci_core_request). Nobody opens it any more; the
/// client that has set up REQ is asked through it, every ten seconds, until the last file is closed.
/// </summary>
internal sealed partial class VfioDevice
{
    private static readonly TimeSpan s_betweenRequests = TimeSpan.FromSeconds(10);
    private const uint RequestsBetweenLines = 10;

    private readonly Lock _holding = new(); // protects what follows; nothing is called under it
    private int _holders;
    private Action? _left;
    private bool _hasLeft;
    private Timer? _timer;
    private uint _requests;

    /// <summary>A file of the device is about to be opened; <see cref="LetGo"/> follows.</summary>
    /// <returns>ENODEV: its driver is letting go of it.</returns>
    public Errno TryHold(ref Reason why)
    {
        lock (_holding)
        {
            if (_left is not null)
                return why.Because(ReasonCode.DeviceRemoved, name: Function.Physical.Name);
            _holders++;
            return Errno.Success;
        }
    }

    /// <summary>A file of the device was closed.</summary>
    public void LetGo()
    {
        lock (_holding)
            _holders--;
        EndIfUnused();
    }

    /// <summary>The device is wanted back.</summary>
    /// <param name="left">Called once when no file of it is open.</param>
    public void Leave(Action left)
    {
        lock (_holding)
            _left = left;
        if (EndIfUnused())
            return;
        Ask();
        lock (_holding)
        {
            if (!_hasLeft)
                _timer = new Timer(static device => BackgroundThread.Guard("device request", ((VfioDevice)device!).Ask), this, s_betweenRequests, s_betweenRequests);
        }
    }

    private bool EndIfUnused()
    {
        lock (_holding)
        {
            if (_left is null || _holders != 0 || _hasLeft)
                return false;
            _hasLeft = true;
            _timer?.Dispose();
        }

        _left();
        return true;
    }

    private void Ask()
    {
        uint number = _requests++;
        if (Function.Interrupts.RequestDevice())
        {
            if (number % RequestsBetweenLines == 0)
                tell($"{Function.Physical.Name} is wanted back: its client is asked to close it (#{number})");
        }
        else if (number == 0)
            tell($"{Function.Physical.Name} is wanted back: its client has set up no REQ interrupt, so all wait until it is closed");
    }
}
