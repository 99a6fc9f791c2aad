using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Ioasis.Cli.Tests.Repository;

/// <summary>The layers of the house: arrows point down only.</summary>
public sealed class ArrowTests
{
    /// <summary>What each project may use directly; what that uses may be used too.</summary>
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["Abi"] = [],
        ["Engine"] = ["Abi"],
        ["Devices"] = ["Engine"],
        ["Dispatch"] = ["Devices"],
        ["Runner"] = ["Dispatch"],
        ["Client"] = ["Abi"],
        ["Embedded"] = ["Client", "Dispatch"],
        ["Cli"] = ["Runner", "Embedded"],
    };

    public static TheoryData<string> Projects => [.. s_arrows.Keys];

    [Fact]
    public void EachProjectInSrcHasItsPlace()
    {
        string[] folders = [.. Directory.GetDirectories(Checkout.At("src")).Select(path => Path.GetFileName(path)["Ioasis.".Length..])];
        Assert.Equal(s_arrows.Keys.Order(), folders.Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void AProjectReferencesOnlyWhatIsDirectlyBelowIt(string project)
    {
        XDocument file = XDocument.Load(Checkout.At("src", $"Ioasis.{project}", $"Ioasis.{project}.csproj"));
        string[] references =
        [
            .. file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))
                .Where(name => name.StartsWith("Ioasis.", StringComparison.Ordinal)).Select(name => name["Ioasis.".Length..]),
        ];
        Assert.Equal(s_arrows[project].Order(), references.Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void TheCodeUsesNothingFromAbove(string project)
    {
        HashSet<string> below = [];
        Collect(project, below);
        string[] used = [.. UsedAssemblies(project).Where(name => name.StartsWith("Ioasis.", StringComparison.Ordinal)).Select(name => name["Ioasis.".Length..])];
        Assert.Empty(used.Except(below));
    }

    [Theory]
    [InlineData("Engine")]
    [InlineData("Abi")]
    public void TheCoreKnowsNoProcessNoConsoleAndNoJson(string project)
    {
        string[] used = UsedAssemblies(project);
        Assert.DoesNotContain("System.Console", used);
        Assert.DoesNotContain("System.Text.Json", used);
        Assert.DoesNotContain("System.Diagnostics.Process", used);
    }

    private static void Collect(string project, HashSet<string> below)
    {
        foreach (string lower in s_arrows[project])
        {
            below.Add(lower);
            Collect(lower, below);
        }
    }

    private static string[] UsedAssemblies(string project)
    {
        string name = project == "Cli" ? "ioasis.dll" : $"Ioasis.{project}.dll";
        using PEReader reader = new(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name)));
        MetadataReader metadata = reader.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
