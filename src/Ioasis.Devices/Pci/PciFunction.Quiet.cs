using Ioasis.Devices.Work;

namespace Ioasis.Devices.Pci;

/// <summary>
/// How a function comes to rest: what it has begun is called off, what moves is waited for, and that without <see cref="Sync"/>, as no
/// access to registers waits for DMA. What moves longer than <see cref="Patience"/> is left behind.
/// </summary>
public abstract partial class PciFunction
{
    /// <summary>
    /// How long a reset waits for a copy: what PCIe gives a function to complete its reset (PCIe 6.0, 6.6.2). A copy takes microseconds;
    /// only one into memory that its owner refuses to deliver (userfaultfd) takes longer.
    /// </summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Changes the function when none of its DMA moves, and none can that was decided upon before.</summary>
    /// <param name="change">What to do, under <see cref="Sync"/>. May be called from several threads; each change is made once.</param>
    private void AfterDma(Action<PciFunction> change)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            Cancel();
            foreach (DeviceWorker worker in _workers)
                worker.WaitUntilQuiet(TimeSpan.FromMilliseconds(Math.Max(end - Environment.TickCount64, 0)));

            lock (Sync)
            {
                // Once more: the client may have had the device begin again. No model notes an epoch without the lock, so nothing
                // begins from here on; what has, is seen.
                Cancel();
                bool moves = _workers.Exists(static worker => worker.IsMoving);
                if (moves && Environment.TickCount64 < end)
                    continue;
                if (moves)
                    LeaveBehind();
                foreach (DeviceWorker worker in _workers)
                    worker.Forget();
                change(this);
                return;
            }
        }
    }

    private void Cancel()
    {
        foreach (DeviceWorker worker in _workers)
            worker.Cancel();
    }

    private void LeaveBehind()
    {
        foreach (DeviceWorker worker in _workers)
        {
            if (worker.IsMoving)
                worker.LeaveBehind();
        }

        Ask("when its DMA was left behind", static function => function.OnDmaLeftBehind());
    }
}
