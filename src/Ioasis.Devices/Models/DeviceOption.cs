namespace Ioasis.Devices.Models;

/// <summary>A number that a device model can be given, as <c>name=value</c>.</summary>
/// <param name="Name">As the user writes it.</param>
/// <param name="Default">What it is when nobody says.</param>
/// <param name="Least">Smallest value, inclusive.</param>
/// <param name="Last">Largest value, inclusive.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="IsMemory">It is the size of a BAR, for which 0 is none: a power of two, a page at least.</param>
public sealed record DeviceOption(string Name, ulong Default, ulong Least, ulong Last, string Summary, bool IsMemory = false);
