namespace Ioasis.Abi;

/// <summary>Begins each capability in the answer of an INFO ioctl. Capabilities form a chain by offset.</summary>
/// <remarks>
/// <para>When the caller's buffer is too short for the chain, the ioctl succeeds, sets the flag that capabilities exist, gives zero as the
/// first offset, and the necessary size in <c>argsz</c>.</para>
/// <para>Source: <c>linux/vfio.h</c>.</para>
/// </remarks>
public struct vfio_info_cap_header
{
    /// <summary>Out: which capability, a number of its own for each ioctl.</summary>
    public ushort id;

    /// <summary>Out: version of the capability's layout.</summary>
    public ushort version;

    /// <summary>Out: where the next one begins, in bytes from the start of the answer; zero at the end.</summary>
    public uint next;
}
