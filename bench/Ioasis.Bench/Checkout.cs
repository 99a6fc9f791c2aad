namespace Ioasis.Bench;

/// <summary>The checkout that this program was built from.</summary>
internal static class Checkout
{
    /// <summary>Its root: the folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where what was built lies, and where results go.</summary>
    public static string Artifacts(params string[] parts) => Path.Combine([Root, "artifacts", .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Ioasis.slnx")))
                return at.FullName;
        }

        return AppContext.BaseDirectory;
    }
}
