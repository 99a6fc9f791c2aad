namespace Ioasis.Devices.Drivers;

/// <summary>Numbers from 0 up, the lowest free one first, as Linux numbers devices. Not thread-safe.</summary>
internal sealed class LowestFree
{
    private readonly SortedSet<int> _free = [];
    private int _next;

    public int Take()
    {
        if (_free.Count == 0)
            return _next++;
        int number = _free.Min;
        _ = _free.Remove(number);
        return number;
    }

    public void Return(int number) => _free.Add(number);
}
