using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Vfio;

/// <summary>
/// mmap(2) of BARs that are plain memory. Their bytes lie in this file's own pages while it is open, where the client maps them
/// itself. A device that was got from its group several times has its memory in the first file that is still open.
/// </summary>
internal sealed unsafe partial class VfioDeviceFile
{
    /// <summary>BARs whose bytes are in this file's pages. Changed before the first call and after the last.</summary>
    private readonly byte*[] _shared = new byte*[Bar.Count];

    public override Errno CheckMap(ulong offset, ulong length, ref Reason why)
    {
        if (!_granted)
            return why.Because(ReasonCode.DeviceNotBound, name: DeviceName);
        uint region = RegionOffset.RegionOf(offset);
        ulong at = RegionOffset.Within(offset);
        bool fits = IsMappable(region) && offset == RegionOffset.Of(region) + at && Function.Region(region) is { } info && at <= info.Size && length <= info.Size - at;
        return fits ? Errno.Success : why.Because(ReasonCode.RegionNotMappable, offset, length, name: DeviceName);
    }

    private bool IsMappable(uint region) => region < Bar.Count && _shared[region] != null;

    /// <summary>The file can be used from now on: its pages take the bytes of the memory BARs.</summary>
    private void ShareMemory()
    {
        if (Pages is not { } pages)
            return;
        foreach (Bar bar in Function.Bars)
        {
            if (!bar.IsMemory)
                continue;
            byte* here = pages.Map(RegionOffset.Of((uint)bar.Index), bar.Size);
            if (here != null && Function.TryShareMemory(bar.Index, here))
                _shared[bar.Index] = here;
        }
    }

    /// <summary>The pages go with the file; if the device is still open, it keeps what they hold.</summary>
    private void UnshareMemory()
    {
        for (int bar = 0; bar < _shared.Length; bar++)
        {
            if (_shared[bar] != null)
                Function.UnshareMemory(bar, _shared[bar]);
        }
    }
}
