using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Ioasis.Embedded.Tests.Examples;

/// <summary>docs/client.md as it is printed, project and program, is compiled: nothing that it needs is missing on the page.</summary>
public sealed partial class DocumentCompilesTests
{
    [Fact]
    public async Task TheBlocksOfThePageAreAProgram()
    {
        string page = await File.ReadAllTextAsync(DocumentTests.Repository("docs/client.md"), TestContext.Current.CancellationToken);
        string project = Regex.Match(page, "^```xml\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value;
        string program = string.Concat(CSharp().Matches(page).Select(block => block.Groups[1].Value));
        Assert.All(Reference().Matches(project), one => Assert.True(File.Exists(DocumentTests.Repository(one.Groups[1].Value)), one.Value));

        string folder = Directory.CreateTempSubdirectory("ioasis-page-").FullName;
        try
        {
            // What the page refers to has been built with these tests, and is not built anew beside them.
            string built = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
            // A reference to a project brings along what that refers to; one to a file does not.
            project = Reference().Replace(project, $"<Reference Include=\"{built}/Ioasis.*.dll\" Exclude=\"{built}/*.Tests.dll\" />");
            Assert.Contains(built, project, StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, "page.csproj"), project, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program, TestContext.Current.CancellationToken);
            ProcessStartInfo start = new("dotnet", ["build", folder, "-v", "quiet", "-nologo"]) { RedirectStandardOutput = true, WorkingDirectory = folder };
            using Process compiler = Process.Start(start)!;
            string output = await compiler.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(compiler.ExitCode == 0, output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharp();

    [GeneratedRegex("<ProjectReference Include=\"\\.\\./ioasis/([^\"]*/([^\"/]*)\\.csproj)\" />")]
    private static partial Regex Reference();
}
