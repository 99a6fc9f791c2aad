namespace Ioasis.Engine.Spaces;

/// <summary>The page of the emulated system: the unit of pinning and charging, and the largest alignment an IOAS demands.</summary>
public static class SystemPage
{
    public const int Shift = 12;

    /// <summary>Bytes.</summary>
    public const ulong Size = 1ul << Shift;

    /// <summary>A transparent huge page, in bytes: the largest alignment that automatic IOVAs keep.</summary>
    public const ulong HugeSize = 1ul << 21;
}
