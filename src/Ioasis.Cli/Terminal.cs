using Spectre.Console;

namespace Ioasis.Cli;

/// <summary>Standard output for people: colour on a terminal, plain text of a fixed width in a pipe or file.</summary>
internal static class Terminal
{
    private const int PlainWidth = 120;

    public static IAnsiConsole Output { get; } = Open();

    private static IAnsiConsole Open()
    {
        // FORCE_COLOR is what people set to see colours in a CI log.
        bool plain = Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("FORCE_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : Console.IsOutputRedirected ? AnsiSupport.Yes : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : Console.IsOutputRedirected ? ColorSystemSupport.Standard : ColorSystemSupport.Detect,
        });
        if (Console.IsOutputRedirected)
            console.Profile.Width = PlainWidth;
        return console;
    }
}
