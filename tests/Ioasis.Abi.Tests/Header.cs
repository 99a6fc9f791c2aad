using System.Text.RegularExpressions;

namespace Ioasis.Abi.Tests;

/// <summary>
/// The names that a Linux header declares. Reads the kernel's coding style, not C: declarations begin at the left margin.
/// </summary>
internal sealed partial class Header
{
    /// <summary>Structs, and the fields of each; a union's members count as the struct's own.</summary>
    public Dictionary<string, string[]> Structs { get; }

    /// <summary>Enums that have a name.</summary>
    public string[] Enums { get; }

    /// <summary>Members of enums, and macros with a value.</summary>
    public string[] Constants { get; }

    public Header(string name)
    {
        var text = LinuxHeaders.Read(name);
        Structs = Struct().Matches(text).ToDictionary(
            match => match.Groups[1].Value,
            match => Field().Matches(match.Groups[2].Value).Select(field => field.Groups[1].Value).ToArray());
        var macros = Macro().Matches(text).Select(macro => macro.Groups[1].Value);
        var members =
            from match in Enum().Matches(text)
            from member in EnumMember().Matches(match.Groups[2].Value)
            select member.Groups[1].Value;
        Enums = [.. Enum().Matches(text).Select(match => match.Groups[1].Value).Where(word => word.Length > 0)];
        Constants = [.. members, .. macros];
    }

    [GeneratedRegex(@"^struct (\w+) \{(.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Struct();

    // The name is the last word before an array bound, a __counted_by() or the semicolon.
    [GeneratedRegex(@"^\s+(?:\w+\s+)+\*?(\w+)\s*(?:\[\w*\])?\s*(?:__counted_by\(\w+\))?;", RegexOptions.Multiline)]
    private static partial Regex Field();

    [GeneratedRegex(@"^enum (?:(\w+) )?\{(.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Enum();

    [GeneratedRegex(@"^\s+(\w+)\s*(?:=[^,\n]*)?,?\s*$", RegexOptions.Multiline)]
    private static partial Regex EnumMember();

    // A header's own guard has no value.
    [GeneratedRegex(@"^#define[ \t]+(\w+)(?:\([^)\n]*\))?[ \t]+\S", RegexOptions.Multiline)]
    private static partial Regex Macro();
}
