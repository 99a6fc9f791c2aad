using System.Diagnostics;
using System.Text;
using Ioasis.Conformance.Language;
using Ioasis.Conformance.Players;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Random;

/// <summary>One side of a comparison: plays cases, and says what came out, a line an outcome.</summary>
public abstract class Oracle
{
    public abstract IReadOnlyList<string> Play(IReadOnlyList<CompiledCase> cases);

    /// <summary>The call and both results, without the numbers: what stays the same while a case is shrunk.</summary>
    public static string? Kind(string? difference)
    {
        if (difference is null)
            return null;
        string[] sides = difference.Split('\n');
        return string.Join(' ', sides.Select(side => side.Split(" => ")[^1].Split(' ')[0]).Prepend(
            sides[0].Split(' ').FirstOrDefault(word => word.Length != 0 && char.IsUpper(word[0]))));
    }

    /// <summary>The line of the first outcome that two sides see differently; null when there is none.</summary>
    public static string? Difference(CompiledCase one, string left, string right)
    {
        string[] a = [.. Record.Lines(one, left)], b = [.. Record.Lines(one, right)];
        for (int n = 0; n < Math.Max(a.Length, b.Length); n++)
        {
            string x = n < a.Length ? a[n] : "(nothing)", y = n < b.Length ? b[n] : "(nothing)";
            if (x != y)
                return $"{x}\n# but {y}";
        }

        return null;
    }
}

/// <summary>A system in this process.</summary>
public sealed class LocalOracle(Kernel kernel) : Oracle
{
    private readonly Player _player = new(kernel);

    public override IReadOnlyList<string> Play(IReadOnlyList<CompiledCase> cases) => [.. cases.Select(one => _player.Play(one.Instructions))];
}

/// <summary>Linux in a virtual machine, started for each lot of cases.</summary>
public sealed class LinuxOracle(string script) : Oracle
{
    public override IReadOnlyList<string> Play(IReadOnlyList<CompiledCase> cases)
    {
        string folder = Directory.CreateTempSubdirectory("ioasis-random-").FullName;
        try
        {
            StringBuilder text = new();
            for (int number = 0; number < cases.Count; number++)
                ProgramText.Append(text, number, cases[number].Instructions);
            string program = Path.Combine(folder, "program"), output = Path.Combine(folder, "output");
            File.WriteAllText(program, text.ToString());
            using Process process = Process.Start(script, ["-p", program, "-o", output]);
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{script} failed");
            Dictionary<int, string> played = ProgramText.Split(File.ReadAllText(output));
            return [.. Enumerable.Range(0, cases.Count).Select(number => played.GetValueOrDefault(number) ?? "crash not played\n")];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
