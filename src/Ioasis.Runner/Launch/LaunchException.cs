using System.ComponentModel;

namespace Ioasis.Runner.Launch;

/// <summary>The program could not be started; nothing of it has run.</summary>
public sealed class LaunchException : Exception
{
    public LaunchException()
    {
    }

    public LaunchException(string message)
        : base(message)
    {
    }

    public LaunchException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <param name="step">What failed.</param>
    /// <param name="error">Linux's error number.</param>
    public LaunchException(string step, int error)
        : base($"{step}: {new Win32Exception(error).Message}") => Error = error;

    /// <summary>Linux's error number, or 0.</summary>
    public int Error { get; }
}
