using System.Runtime.CompilerServices;

namespace Ioasis.Client.Tests.Surface;

public sealed class PublicSurfaceTests
{
    [Fact]
    public void TheApiIsTheOneThatWasAgreed()
    {
        string expected = PathOf("PublicSurface.txt"), actual = Path.Combine(AppContext.BaseDirectory, "PublicSurface.txt");
        string surface = PublicSurface.Of(typeof(Iommu).Assembly);
        File.WriteAllText(actual, surface);
        Assert.True(
            File.Exists(expected) && File.ReadAllText(expected) == surface,
            $"The public surface has changed. If that is intended: cp {actual} {expected}");
    }

    private static string PathOf(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, file);
}
