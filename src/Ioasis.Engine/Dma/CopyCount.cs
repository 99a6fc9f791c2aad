namespace Ioasis.Engine.Dma;

/// <summary>Copies by software that are under way: begun under the context's lock, ended by any thread without it.</summary>
internal sealed class CopyCount
{
    private int _count;
    private volatile bool _givenUp;

    /// <summary>None is under way.</summary>
    public bool IsIdle => Volatile.Read(ref _count) == 0;

    /// <summary>Nobody waits for them any more.</summary>
    public bool IsOver => _givenUp || IsIdle;

    public void Begin() => Interlocked.Increment(ref _count);

    public void End() => Interlocked.Decrement(ref _count);

    /// <summary>Their memory does not come, and whoever they were made for has gone.</summary>
    public void GiveUp() => _givenUp = true;
}
