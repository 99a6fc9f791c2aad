using System.CommandLine;

namespace Ioasis.Cli;

/// <summary>Where in <c>run [OPTIONS] [--] PROGRAM ARGS</c> the program begins: what stands behind its name is its own.</summary>
internal static class RunWords
{
    /// <summary>The first word in front of the program that looks like an option and is none; null when there is none such.</summary>
    public static string? FindUnknown(Command command, string[] words)
    {
        for (int i = 1; i < words.Length && words[i].Length > 1 && words[i][0] == '-' && words[i] != "--"; i++)
        {
            string name = words[i].Split('=', ':')[0];
            Option? option = Find(command, name);
            if (option is null && name is not ("--help" or "-h" or "-?"))
                return words[i];
            if (name == words[i] && TakesNext(option))
                i++;
        }

        return null;
    }

    /// <summary>Puts <c>--</c> in front of the program where the user has not.</summary>
    /// <param name="command">The command, whose options may take the next word as their value.</param>
    /// <param name="words">The command line, from <c>run</c> on.</param>
    public static string[] Separate(Command command, string[] words)
    {
        for (int i = 1; i < words.Length; i++)
        {
            string word = words[i];
            if (word == "--")
                return words;
            if (word.Length < 2 || word[0] != '-')
                return [.. words[..i], "--", .. words[i..]];
            if (TakesNext(Find(command, word)))
                i++; // its value, whatever it looks like
        }

        return words;
    }

    private static Option? Find(Command command, string name) => command.Options.FirstOrDefault(one => one.Name == name || one.Aliases.Contains(name));

    private static bool TakesNext(Option? option) => option is { Arity.MinimumNumberOfValues: > 0 };
}
