namespace Ioasis.Runner.Tests.Fixtures;

internal static class Skip
{
    /// <summary>Skips the test where a program is not installed.</summary>
    public static void Without(string program)
    {
        bool isThere = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));
        Assert.SkipUnless(isThere, $"there is no {program}");
    }
}
