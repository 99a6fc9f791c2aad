using Ioasis.Conformance.Language;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance.Tests.Fixtures;

/// <summary>Every case, played once in this process and once by one program under the runner.</summary>
public sealed class PlayedSuite
{
    /// <summary>What Linux's root had when it was recorded, and any case may need; who plays here may be anybody.</summary>
    private const string Recorded = "SYS_RAWIO";

    private readonly Lazy<Dictionary<int, string>> _runner;

    public PlayedSuite()
    {
        Suite = Suite.Read(Checkout.Cases);
        Embedded = Suite.PlayEmbedded();
        Record = Record.Read(Checkout.Records);
        _runner = new Lazy<Dictionary<int, string>>(PlayUnderRunner);
    }

    public Suite Suite { get; }

    public Record Record { get; }

    public Dictionary<int, string> Embedded { get; }

    public Dictionary<int, string> Runner => _runner.Value;

    /// <summary>What should be otherwise in the cases of one file.</summary>
    public string Differences(string file, string player, IReadOnlyDictionary<int, string> outputs) =>
        string.Join('\n', outputs.Where(one => Suite.Cases[one.Key].Source.File == file)
            .SelectMany(one => Record.Compare(Suite.Cases[one.Key], player, one.Value)));

    private Dictionary<int, string> Play(string folder, string[] options, Func<CompiledCase, bool> which)
    {
        string program = Path.Combine(folder, "program");
        File.WriteAllText(program, Suite.ProgramText(which));
        string[] machine = [.. Suite.Iommus.SelectMany(one => new[] { "--iommu", one }), .. Suite.Devices.SelectMany(one => new[] { "--device", one })];
        (int status, string error, string output) =
            Checkout.Run([.. Checkout.Ioasis, "run", "--memlock", "host", .. machine, .. options, "--", Path.Combine(folder, "player-static"), program]);
        Assert.True(status == 0, $"status {status}: {error}");
        return ProgramText.Split(output);
    }

    private Dictionary<int, string> PlayUnderRunner()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "gcc"))))
            Assert.Skip("gcc is not installed (scripts/install-ci.sh installs it)");
        string folder = Directory.CreateTempSubdirectory("ioasis-conformance-").FullName;
        try
        {
            (int built, string mistakes, _) = Checkout.Run(Path.Combine(Checkout.Root, "tests", "programs", "build.sh"), folder, "player");
            Assert.True(built == 0, mistakes);
            Dictionary<int, string> outputs = Play(folder, ["--grant-cap", "CAP_" + Recorded], one => one.Source.IsPossible && !one.GivesAway(Recorded));
            foreach ((int number, string output) in Play(folder, [], one => one.Source.IsPossible && one.GivesAway(Recorded)))
                outputs.Add(number, output);
            // What this process has no right to, the runner grants.
            foreach (string capability in Suite.Cases.Where(one => !one.Source.IsPossible).Select(one => one.Source.Needs!).Distinct().ToArray())
            {
                foreach ((int number, string output) in Play(folder, ["--grant-cap", "CAP_" + capability], one => one.Source.Needs == capability && one.CanBeGranted))
                    outputs.Add(number, output);
            }

            return outputs;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
