using Ioasis.Cli.Output;
using Spectre.Console;

namespace Ioasis.Cli;

/// <summary>Standard output for people: colour on a terminal, plain text of a fixed width in a pipe or file.</summary>
internal static class Terminal
{
    private const int PlainWidth = 120;

    /// <summary>Made when it is first written to, which most runs of a program never do.</summary>
    public static IAnsiConsole Output => s_output.Value;

    private static readonly Lazy<IAnsiConsole> s_output = new(Open);

    private static IAnsiConsole Open()
    {
        // FORCE_COLOR is what people set to see colours in a CI log, and NO_COLOR (no-color.org) to see them nowhere.
        bool isFile = Console.IsOutputRedirected || !StandardStream.IsOpen(StandardStream.Output);
        bool isDumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        bool plain = IsSet("NO_COLOR") || ((isFile || isDumb) && !IsSet("FORCE_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Yes, // found out above, as the console cannot of a writer that is ours
            ColorSystem = plain ? ColorSystemSupport.NoColors : isFile ? ColorSystemSupport.Standard : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(StandardOutput.Ours),
        });
        if (isFile)
            console.Profile.Width = PlainWidth;
        else if (Console.WindowWidth is > 0 and var width)
            console.Profile.Width = width;
        return console;
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
