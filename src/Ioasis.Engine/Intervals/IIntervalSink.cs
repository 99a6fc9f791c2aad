namespace Ioasis.Engine.Intervals;

/// <summary>
/// Takes what <see cref="IntervalMap{TValue}.FindMany{TSink}"/> finds, address by address in their order. A struct of the caller's, so that
/// the calls are inlined and nothing is copied that the caller does not want.
/// </summary>
public interface IIntervalSink<TValue>
    where TValue : unmanaged
{
    /// <summary>The address at <paramref name="index"/> lies in [<paramref name="start"/>, <paramref name="last"/>], both inclusive.</summary>
    void Found(int index, ulong start, ulong last, in TValue value);

    /// <summary>No range holds the address at <paramref name="index"/>.</summary>
    void Missing(int index);
}
