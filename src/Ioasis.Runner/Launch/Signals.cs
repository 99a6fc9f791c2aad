using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Launch;

/// <summary>
/// What this process does with signals while the program runs. Those that a terminal sends reach the program by themselves, as it is in
/// the same process group; this process lets it decide. Those that end a service are passed on.
/// </summary>
internal sealed class Signals : IDisposable
{
    private const int SIGPIPE = 13;
    private const int SIGTERM = 15;
    private const int SIGXFSZ = 25;
    private const int MostSignals = 64;
    private const nint SIG_IGN = 1;

    private static volatile bool s_ignoresFileSize; // we do, and nobody before us did

    private readonly List<PosixSignalRegistration> _registrations = [];

    private Signals()
    {
    }

    /// <summary>Signals that this process was started to ignore (nohup, background jobs), bit n-1 for signal n; programs inherit that.</summary>
    public static unsafe ulong Ignored
    {
        get
        {
            ulong ignored = 0;
            nint* action = stackalloc nint[32]; // struct sigaction: the handler is its first field everywhere
            for (int signal = 1; signal <= MostSignals; signal++)
            {
                if (LibC.sigaction(signal, null, action) == 0 && *action == SIG_IGN)
                    ignored |= Bit(signal);
            }

            ignored &= ~Bit(SIGPIPE); // that one the .NET runtime ignores for itself
            return s_ignoresFileSize ? ignored & ~Bit(SIGXFSZ) : ignored;
        }
    }

    /// <summary>
    /// A pipe that nobody reads and a file that grows too large are errors of the call, and no reason to end: for this process. Programs
    /// have the signals at their default.
    /// </summary>
    /// <param name="ignored">What was <see cref="Ignored"/>.</param>
    public static unsafe void Survive(ulong ignored)
    {
        nint* action = stackalloc nint[32];
        new Span<nint>(action, 32).Clear();
        *action = SIG_IGN;
        _ = LibC.sigaction(SIGPIPE, action, null);
        if ((ignored & Bit(SIGXFSZ)) != 0)
            return;
        s_ignoresFileSize = true;
        _ = LibC.sigaction(SIGXFSZ, action, null);
    }

    /// <summary>Begins to treat signals so.</summary>
    /// <param name="ignored">What was <see cref="Ignored"/>: it stays so.</param>
    /// <param name="program">The program's process, once it runs.</param>
    /// <param name="end">Called when SIGTERM has come and has been passed on.</param>
    public static Signals Handle(ulong ignored, Func<int?> program, Action end)
    {
        var signals = new Signals();
        signals.Add(ignored, PosixSignal.SIGINT, 2, null, null);
        signals.Add(ignored, PosixSignal.SIGQUIT, 3, null, null);
        signals.Add(ignored, PosixSignal.SIGTERM, SIGTERM, program, end);
        signals.Add(ignored, PosixSignal.SIGHUP, 1, program, null);
        return signals;
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Add(ulong ignored, PosixSignal signal, int number, Func<int?>? passTo, Action? then)
    {
        if ((ignored & Bit(number)) != 0)
            return;
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (passTo?.Invoke() is { } process)
                _ = LibC.kill(process, number);
            then?.Invoke();
        }));
    }

    private static ulong Bit(int signal) => 1ul << (signal - 1);
}
