using Ioasis.Conformance;
using Ioasis.Conformance.Language;
using Ioasis.Conformance.Programs;

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
        Dictionary<int, string> embedded = all.PlayEmbedded(), played = outputs is [string file] ? ProgramText.Split(File.ReadAllText(file)) : embedded;
        string[] wrong = [.. played.Where(one => !all.Pending.Contains(one.Key)).SelectMany(one => record.Compare(all.Cases[one.Key], player, one.Value))];
        foreach (string one in wrong)
            Console.WriteLine(one);
        Console.WriteLine($"{all.Cases.Count} cases, {played.Count} played, {all.Pending.Count} call something that is not there yet, {wrong.Length} wrong");
        return wrong.Length == 0 ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: compile CASES PROGRAM | record CASES OUTPUT FOLDER | play CASES | compare CASES RECORDS PLAYER [OUTPUT]");
        return 2;
}
