namespace Ioasis.Embedded.Tests.Fixtures;

internal static class Bytes
{
    /// <summary>A pattern whose period is no divisor of a page, so that a copy from or to a wrong place is seen.</summary>
    public static void Fill(Span<byte> bytes, int seed)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i % 251 * 7 + seed);
    }

    public static byte[] Pattern(int length, int seed)
    {
        var bytes = new byte[length];
        Fill(bytes, seed);
        return bytes;
    }
}
