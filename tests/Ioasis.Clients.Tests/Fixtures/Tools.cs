namespace Ioasis.Clients.Tests.Fixtures;

/// <summary>What is installed on this machine.</summary>
internal static class Tools
{
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    public static void SkipWithout(string program)
    {
        if (!Exists(program))
            Assert.Skip($"{program} is not installed (scripts/install-ci.sh installs what CI needs)");
    }
}
