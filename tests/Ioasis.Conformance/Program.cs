using Ioasis.Conformance;
using Ioasis.Conformance.Language;
using Ioasis.Conformance.Model;
using Ioasis.Conformance.Players;
using Ioasis.Conformance.Programs;
using Ioasis.Conformance.Random;

// What scripts and people do with the cases; dotnet test does the rest.
switch (args)
{
    case ["compile", string cases, string program]:
        File.WriteAllText(program, Suite.Read(cases).ProgramText());
        return 0;
    case ["record", string cases, string output, string folder]:
        Record.Write(Suite.Read(cases), ProgramText.Split(File.ReadAllText(output)), folder);
        return 0;
    case ["play", string cases]:
        Suite suite = Suite.Read(cases);
        foreach ((int number, string output) in suite.PlayEmbedded())
        {
            Console.WriteLine($"case {suite.Cases[number].Source}");
            foreach (string line in Record.Lines(suite.Cases[number], output))
                Console.WriteLine(line);
        }

        return 0;
    case ["compare", string cases, string records, string player, .. string[] outputs]:
        Suite all = Suite.Read(cases);
        Record record = Record.Read(records);
        Dictionary<int, string> played = outputs is [string file] ? ProgramText.Split(File.ReadAllText(file)) : all.PlayEmbedded();
        string[] wrong = [.. played.SelectMany(one => record.Compare(all.Cases[one.Key], player, one.Value))];
        foreach (string one in wrong)
            Console.WriteLine(one);
        Console.WriteLine($"{all.Cases.Count} cases, {played.Count} played, {wrong.Length} wrong");
        return wrong.Length == 0 ? 0 : 1;
    case ["linux", string script, string seed, string first, string count, string calls]:
    {
        // Random cases on Linux in a virtual machine and on the embedded engine.
        using EmbeddedKernel kernel = EmbeddedKernel.Create(Suite.Iommus, Suite.Devices);
        IReadOnlyList<string> found = Differential.Compare(
            new LinuxOracle(script), new LocalOracle(kernel), new Generator(Number(seed), everything: true), Number(first), Number(count), Number(calls));
        foreach (string one in found)
            Console.WriteLine(one);
        Console.WriteLine($"seed {seed}: {count} cases of {calls} calls from {first} on, {found.Count} differences");
        return found.Count == 0 ? 0 : 1;
    }

    case ["model", string seed, string first, string count, string calls]:
    {
        // Random cases on the plain model and on the embedded engine.
        using EmbeddedKernel kernel = EmbeddedKernel.Create(Suite.Iommus, Suite.Devices);
        using ModelKernel model = new();
        IReadOnlyList<string> found = [];
        int end = Number(first) + Number(count);
        for (int at = Number(first); at < end && found.Count == 0; at += 1000)
            found = Differential.Compare(new LocalOracle(model), new LocalOracle(kernel), new Generator(Number(seed), everything: false), at, Math.Min(1000, end - at), Number(calls));
        foreach (string one in found)
            Console.WriteLine(one);
        Console.WriteLine($"seed {seed}: {count} cases of {calls} calls from {first} on, {found.Count} differences");
        return found.Count == 0 ? 0 : 1;
    }

    default:
        Console.Error.WriteLine("usage: compile CASES PROGRAM | record CASES OUTPUT FOLDER | play CASES | compare CASES RECORDS PLAYER [OUTPUT] | linux SCRIPT SEED FIRST CASES CALLS | model SEED FIRST CASES CALLS");
        return 2;
}

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
