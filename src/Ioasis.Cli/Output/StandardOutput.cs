using System.Text;

namespace Ioasis.Cli.Output;

/// <summary>
/// Standard output for text. What goes wrong with it is remembered, and told once at the end: a thread that shows something to people is not
/// the place for an exception. Thread-safe as far as its users are: the console takes a lock.
/// </summary>
internal sealed class StandardOutput : TextWriter
{
    /// <summary>That of this process. Not beside the console for people, which most runs of a program need not even load.</summary>
    public static StandardOutput Ours { get; } = new();

    private StandardOutput() => Failure = StandardStream.IsOpen(StandardStream.Output) ? null : "it is closed";

    /// <summary>What went wrong first; null when nothing did.</summary>
    public string? Failure { get; private set; }

    /// <summary>Somebody wrote, or tried to.</summary>
    public bool WasUsed { get; private set; }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        WasUsed = true;
        if (Failure is not null)
            return;
        try
        {
            Console.Out.Write(buffer); // which is made by that: most runs of a program print nothing of ours, and it takes milliseconds
        }
        catch (IOException e)
        {
            Failure = e.Message;
        }
    }

    public override void Flush()
    {
    }
}
