namespace Ioasis.Bench.Suites;

/// <summary>Numbers of bytes in people's words.</summary>
internal static class Sizes
{
    public static string Text(int bytes) =>
        bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : bytes >= 1 << 10 ? $"{bytes >> 10} KiB" : $"{bytes} bytes";
}
