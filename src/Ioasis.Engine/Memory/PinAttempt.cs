using System.Runtime.CompilerServices;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Memory;

/// <summary>
/// A call that pins pages. Whether pages of another process can be pinned is known only by touching them, which may take for ever, so it is
/// not asked under a lock. The call runs under its locks with all its checks, in their order, as if every page that it does not know were
/// well; when there was one it takes back what it did, leaves all locks, asks, and runs again. So errnos come in the order in which Linux
/// finds them, and other calls never wait for somebody's memory. Memory of this process is asked at once, and the call runs once.
/// </summary>
/// <example><code>
/// PinAttempt attempt = new();
/// do
/// {
///     lock (…)
///         errno = device.Attach(pasid, ref table, ref attempt, ref why); // or several calls
/// }
/// while (attempt.IsToBeRepeated());
/// </code></example>
/// <remarks>One thread. An outcome counts only when the attempt is not to be repeated; until then nothing has changed.</remarks>
public struct PinAttempt
{
    private readonly uint _failureMark;
    private PinAnswers? _answers;

    public PinAttempt() => _failureMark = FailurePoint.Mark();

    /// <summary>Something could not be answered under the locks: the call has not been made yet, whatever its errno.</summary>
    public readonly bool IsTrial => _answers is { AreMissing: true };

    /// <summary>Asks what was missing. No lock may be held. When the result is false, the call has been made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsToBeRepeated() => _answers is not null && AsksAndRepeats(_answers);

    private bool AsksAndRepeats(PinAnswers answers)
    {
        if (!answers.AreMissing)
        {
            answers.GiveBack();
            _answers = null;
            return false;
        }

        answers.Ask();
        FailurePoint.Return(_failureMark);
        return true;
    }

    /// <summary>From now on the table's pins are this call's. The context's lock is held.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Enter(BackingTable backings)
    {
        if (backings.Answers != _answers) // most often both are null: nothing is written
            backings.Answers = _answers;
    }

    /// <summary>The lock is about to be left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Leave(BackingTable backings)
    {
        if (backings.Answers is not { } answers)
            return;
        _answers = answers;
        backings.Answers = null;
    }
}
