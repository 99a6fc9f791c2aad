using Ioasis.Devices.Machines;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;

namespace Ioasis.Runner.Paths;

/// <summary>A file of sysfs that is made when it is read, and that does something when it is written.</summary>
/// <param name="Tree">The machine's files.</param>
/// <param name="Entry">This one.</param>
internal sealed record EmulatedAttribute(FileTree Tree, AttributeEntry Entry)
{
    /// <summary>open(2).</summary>
    /// <returns>As <see cref="AttributeFile.Check"/>.</returns>
    public Errno Open(bool reads, bool writes, out DeviceFile? file, ref Reason why)
    {
        Errno errno = AttributeFile.Check(Entry, reads, writes, ref why);
        file = errno.Succeeded ? new AttributeFile(Tree, Entry) : null;
        return errno;
    }
}
