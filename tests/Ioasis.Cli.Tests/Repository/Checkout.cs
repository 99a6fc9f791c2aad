namespace Ioasis.Cli.Tests.Repository;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Checkout
{
    /// <summary>Its root: the folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ioasis.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("Ioasis.slnx is in no folder above the tests");
    }
}
