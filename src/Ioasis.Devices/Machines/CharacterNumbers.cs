namespace Ioasis.Devices.Machines;

/// <summary>The numbers of the character devices that a machine has, as <c>stat</c> and sysfs show them.</summary>
public static class CharacterNumbers
{
    /// <summary>Linux's major number of miscellaneous devices.</summary>
    public const uint MiscMajor = 10;

    /// <summary>Minor number of <c>/dev/iommu</c>; dynamic on Linux.</summary>
    public const uint IommuMinor = 124;

    /// <summary>Minor number of <c>/dev/vfio/vfio</c>.</summary>
    public const uint ContainerMinor = 196;

    /// <summary>Major number of <c>/dev/vfio/GROUP</c>; dynamic on Linux. The n-th group has minor n.</summary>
    public const uint GroupMajor = 510;

    /// <summary>Major number of <c>/dev/vfio/devices/vfioN</c>, whose minor is N; dynamic on Linux.</summary>
    public const uint VfioMajor = 511;

    /// <summary>Permission bits of all of them: whoever runs a program here is allowed to.</summary>
    public const uint Mode = 0x1b6;
}
