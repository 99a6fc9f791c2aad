using System.Globalization;
using Ioasis.Devices.Pci;

namespace Ioasis.Devices.Drivers;

/// <summary>An ID that a driver is given while it runs: new_id and remove_id (Documentation/ABI/testing/sysfs-bus-pci).</summary>
internal readonly record struct DynamicId(uint Vendor, uint Device, uint SubsystemVendor, uint SubsystemDevice, uint Class, uint ClassMask)
{
    private const uint Any = uint.MaxValue;
    private const int Most = 7; // the last is the driver's own

    /// <summary>A device of exactly these numbers.</summary>
    public PciIdentity AsIdentity => new((ushort)Vendor, (ushort)Device, Class, 0, (ushort)SubsystemVendor, (ushort)SubsystemDevice);

    /// <summary>Reads two to seven hexadecimal numbers, as scanf's <c>%x</c> does: what comes after them is not looked at.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="id">The ID.</param>
    /// <param name="data">The driver's own number, the last one; 0 when it is not given.</param>
    /// <param name="isComplete">Whether all seven were given.</param>
    /// <returns>False with fewer than two.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out DynamicId id, out ulong data, out bool isComplete)
    {
        Span<ulong> numbers = [0, 0, Any, Any, 0, 0, 0];
        int count = 0;
        foreach (Range word in text.SplitAny(' ', '\t', '\n', '\r', '\v', '\f'))
        {
            ReadOnlySpan<char> digits = text[word];
            if (digits.IsEmpty)
                continue;
            if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
                digits = digits[2..];
            int end = digits.IndexOfAnyExcept(System.Buffers.SearchValues.Create("0123456789abcdefABCDEF"));
            bool isWhole = end < 0;
            if (!isWhole)
                digits = digits[..end];
            if (count == Most || !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number))
                break;
            numbers[count++] = number;
            if (!isWhole)
                break;
        }

        id = new DynamicId((uint)numbers[0], (uint)numbers[1], (uint)numbers[2], (uint)numbers[3], (uint)numbers[4], (uint)numbers[5]);
        data = numbers[6];
        isComplete = count == Most;
        return count >= 2;
    }

    public bool Matches(PciIdentity one) =>
        IsOne(Vendor, one.Vendor) && IsOne(Device, one.Device) && IsOne(SubsystemVendor, one.SubsystemVendor)
        && IsOne(SubsystemDevice, one.SubsystemDevice) && ((Class ^ one.Class) & ClassMask) == 0;

    /// <summary>Whether remove_id of this one means <paramref name="other"/>.</summary>
    public bool IsSame(DynamicId other) =>
        Vendor == other.Vendor && Device == other.Device && (SubsystemVendor == Any || SubsystemVendor == other.SubsystemVendor)
        && (SubsystemDevice == Any || SubsystemDevice == other.SubsystemDevice) && ((Class ^ other.Class) & ClassMask) == 0;

    private static bool IsOne(uint wanted, uint value) => wanted == Any || wanted == value;
}
