using System.Runtime.CompilerServices;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Memory;

/// <summary>
/// What one call wants to know about client memory that may block, and what the clients' memories have answered: questions are noted under
/// the context's lock and asked outside of it. See <see cref="PinAttempt"/>.
/// </summary>
/// <remarks>Of one thread; each thread keeps one for its next call, so that a map in steady state allocates nothing.</remarks>
internal sealed class PinAnswers
{
    private const int MostKept = 256;

    [ThreadStatic]
    private static PinAnswers? t_spare;

    private readonly Dictionary<Question, int> _known = []; // the place of the answer that is taken next
    private readonly List<Answer> _answers = [];
    private readonly List<Question> _open = [];

    /// <param name="Errno">The outcome.</param>
    /// <param name="Why">Its reason.</param>
    /// <param name="Shared">What reaches the pages: goes to one mapping, which releases it. Null: the answer serves for any number.</param>
    /// <param name="Next">Another answer to the same question; -1: none.</param>
    private readonly record struct Answer(Errno Errno, Reason Why, SharedPages? Shared, int Next = -1);

    private readonly struct Question(ClientMemory memory, PageRun pages, bool writable) : IEquatable<Question>
    {
        private readonly PageRun _pages = pages;
        private readonly bool _writable = writable;

        public Answer Ask()
        {
            Reason why = default;
            Errno errno = memory.Pin(
                new HostAddress(_pages.First << SystemPage.Shift), _pages.Count << SystemPage.Shift, _writable, out SharedPages? shared, ref why);
            return new Answer(errno, why, shared);
        }

        private ClientMemory Memory => memory;

        public bool Equals(Question other) => ReferenceEquals(memory, other.Memory) && _pages == other._pages && _writable == other._writable;

        public override bool Equals(object? obj) => obj is Question other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(memory), _pages.First, _pages.Last);
    }

    /// <summary>Something was wanted that is not known: what the call has done so far is a trial, and is to be taken back.</summary>
    public bool AreMissing => _open.Count != 0;

    /// <summary>Takes this thread's.</summary>
    public static PinAnswers Take()
    {
        PinAnswers taken = t_spare ?? new PinAnswers();
        t_spare = null;
        return taken;
    }

    /// <summary>
    /// As <see cref="ClientMemory.Pin"/>; what is not known yet is taken to be well, and noted. Once something is, so is everything: the run
    /// is a trial, and takes no answers away that the next one needs.
    /// </summary>
    public Errno Find(ClientMemory memory, PageRun pages, bool writable, out SharedPages? shared, ref Reason why)
    {
        shared = null;
        Question question = new(memory, pages, writable);
        if (!_known.TryGetValue(question, out int place))
        {
            if (!AreMissing)
                FailurePoint.Hold();
            _open.Add(question);
            return Errno.Success;
        }

        if (AreMissing)
            return Errno.Success;
        Answer answer = _answers[place];
        if (answer.Errno.Failed)
            why = answer.Why;
        else if (answer.Shared is not null)
        {
            shared = answer.Shared;
            _answers[place] = default;
            if (answer.Next < 0)
                _known.Remove(question);
            else
                _known[question] = answer.Next;
        }

        return answer.Errno;
    }

    /// <summary>Asks what is missing. No lock is held: it takes as long as the memory's owner likes.</summary>
    public void Ask()
    {
        foreach (Question question in _open)
        {
            if (!_known.TryGetValue(question, out int next))
                next = -1;
            else if (_answers[next].Shared is null)
                continue;
            Answer answer = question.Ask();
            _known[question] = _answers.Count;
            _answers.Add(answer with { Next = next });
        }

        _open.Clear();
    }

    /// <summary>The call is over.</summary>
    public void GiveBack()
    {
        foreach (Answer answer in _answers)
            answer.Shared?.Release(); // nobody wanted it after all
        if (_answers.Count > MostKept)
            return;
        _known.Clear();
        _answers.Clear();
        t_spare = this;
    }
}
