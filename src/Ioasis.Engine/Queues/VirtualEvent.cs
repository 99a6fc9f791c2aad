namespace Ioasis.Engine.Queues;

/// <summary>A record of an event queue.</summary>
/// <param name="Sequence">Its number, 0 to 2^31-1, then 0 again.</param>
/// <param name="Data">The event; null says that events were lost, up to this number.</param>
public readonly record struct VirtualEvent(uint Sequence, byte[]? Data)
{
    public bool IsLoss => Data is null;
}
