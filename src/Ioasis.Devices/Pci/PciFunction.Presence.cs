namespace Ioasis.Devices.Pci;

/// <summary>
/// A function that is pulled out: accesses find nothing there, which on PCI reads as ones and writes into the void, and it does nothing by
/// itself any more. What clients hold of it they close in their own time.
/// </summary>
public abstract partial class PciFunction
{
    private volatile bool _hasVanished;
    private volatile bool _isOpen;
    private bool _hasFailed;

    /// <summary>It is not there any more. Any thread.</summary>
    public bool HasVanished => _hasVanished;

    /// <summary>Some client has it open. Any thread.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Takes it away: DMA and interrupts end, and what clients have mapped of its memory holds ones.</summary>
    internal void Vanish()
    {
        if (_hasVanished)
            return;
        _hasVanished = true;
        Physical.BusMaster = false;
        Cancel();
        lock (Sync)
        {
            Interrupts.SetPin(false);
            RevokeBuffers(forNow: true);
            foreach (BarMemory? memory in _memories)
                memory?.FillWithOnes();
        }
    }

    /// <summary>Told once when the model fails; must not throw, and must not take the function's locks on this thread.</summary>
    internal Action<DeviceFailure>? Failed { get; set; }

    /// <summary>
    /// The model has thrown: from now on the function is not there, and whoever listens has it taken off the bus. Any thread, with or
    /// without <see cref="Sync"/>.
    /// </summary>
    /// <param name="doing">What the model was asked to do.</param>
    /// <param name="failure">What it threw.</param>
    internal void Fail(string doing, Exception failure)
    {
        bool isFirst = !Interlocked.Exchange(ref _hasFailed, true);
        _hasVanished = true;
        Physical.BusMaster = false;
        Cancel();
        if (isFirst)
            Failed?.Invoke(new DeviceFailure(this, doing, failure));
    }

    /// <summary>Has the model do something, whatever it throws.</summary>
    private void Ask(string doing, Action<PciFunction> action)
    {
        try
        {
            action(this);
        }
#pragma warning disable CA1031 // Whatever a model throws, its device goes and everybody else stays.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(doing, failure);
        }
    }

    /// <summary>Puts it back, as at power-on. Nobody has it open.</summary>
    internal void ComeBack()
    {
        _hasVanished = false;
        _hasFailed = false;
        Close();
    }
}
