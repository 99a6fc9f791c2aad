using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Tests.Blocking;

/// <summary>A call on a thread of its own. A test that fails does not wait for it.</summary>
internal sealed class Started : IDisposable
{
    private readonly Thread _thread;
    private ErrnoCode _code;

    public Started(Func<ErrnoCode> call)
    {
        _thread = new Thread(() => _code = call()) { IsBackground = true };
        _thread.Start();
    }

    public bool HasEnded => !_thread.IsAlive;

    /// <summary>Waits for it.</summary>
    public ErrnoCode End()
    {
        Assert.True(_thread.Join(TimeSpan.FromMinutes(1)), "the call does not end");
        return _code;
    }

    public void Dispose()
    {
    }
}
