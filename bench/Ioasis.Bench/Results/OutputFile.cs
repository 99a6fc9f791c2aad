namespace Ioasis.Bench.Results;

/// <summary>A file that a run will leave.</summary>
internal static class OutputFile
{
    /// <summary>Makes its folder, and finds out whether it can be written to: that is told at once, not after a quarter of an hour.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot.</exception>
    public static void Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        bool existed = File.Exists(path);
        File.OpenWrite(path).Dispose();
        if (!existed)
            File.Delete(path);
    }
}
