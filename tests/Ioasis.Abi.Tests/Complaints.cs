namespace Ioasis.Abi.Tests;

/// <summary>Fails a test with all of what is wrong, where the usual assertions would show only the first few.</summary>
internal static class Complaints
{
    public static void MustBeNone(IEnumerable<string> complaints)
    {
        string[] all = [.. complaints];
        if (all.Length > 0)
            Assert.Fail(string.Join('\n', all));
    }
}
