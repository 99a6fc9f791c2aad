using System.Diagnostics;

namespace Ioasis.Runner.Doctor;

/// <summary>A child process to try things on; ends with this object.</summary>
internal sealed class TestSubject : IDisposable
{
    private readonly Process? _process;

    public TestSubject()
    {
        try
        {
            _process = Process.Start(new ProcessStartInfo("sleep", "60") { RedirectStandardInput = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No sleep(1) here: the checks say that they could not be made.
        }
    }

    /// <summary>Null when none could be started.</summary>
    public int? ProcessId => _process?.Id;

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
    }
}
