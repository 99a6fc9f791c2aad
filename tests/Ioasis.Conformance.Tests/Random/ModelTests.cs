using System.Globalization;
using Ioasis.Conformance.Model;
using Ioasis.Conformance.Players;
using Ioasis.Conformance.Random;

namespace Ioasis.Conformance.Tests.Random;

/// <summary>
/// Random calls on the engine and on the plain model. IOASIS_RANDOM_CASES says how many cases (of 80 calls each),
/// IOASIS_RANDOM_SEED where they begin.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int Calls = 80, Lot = 500;

    [Fact]
    public void TheEngineDoesWhatThePlainModelDoes()
    {
        int cases = Setting("IOASIS_RANDOM_CASES", 1000), seed = Setting("IOASIS_RANDOM_SEED", 1);
        output.WriteLine($"seed {seed}, {cases} cases of {Calls} calls");
        using EmbeddedKernel engine = EmbeddedKernel.Create(Suite.Iommus, Suite.Devices);
        using ModelKernel model = new();
        Generator generator = new(seed, everything: false);
        for (int first = 0; first < cases; first += Lot)
        {
            IReadOnlyList<string> found = Differential.Compare(
                new LocalOracle(model), new LocalOracle(engine), generator, first, Math.Min(Lot, cases - first), Calls, most: 1);
            Assert.True(found.Count == 0, $"seed {seed}: the model and the engine differ:\n{string.Join('\n', found)}");
        }

        Assert.Equal(0ul, engine.PagesLeft);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
