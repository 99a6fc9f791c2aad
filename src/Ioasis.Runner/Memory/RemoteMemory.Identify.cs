using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;

namespace Ioasis.Runner.Memory;

/// <summary>Which memory lies at an address (a shared file by its number, anything else as this memory's own), and how large its pages are.</summary>
internal sealed unsafe partial class RemoteMemory
{
    /// <inheritdoc/>
    public override bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        run = default;
        try
        {
            if (_map.Find(start.Value, withName: false, out MappedRange range) != 0 || !range.Readable)
                return false;
            ulong last = Math.Min(start.Value + (length - 1), range.End - 1);
            if (!range.Shared || range.File.Inode == 0)
            {
                run = new MemoryRun(this, 0, 0, start.Value, last);
                return true;
            }

            ulong offset = range.FileOffset + (start.Value - range.Start);
            run = range.File.RunOf(offset, offset + (last - start.Value));
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false; // the memory is gone
        }
    }

    /// <inheritdoc/>
    /// <remarks>Before Linux 6.11, which does not tell, huge pages are not seen.</remarks>
    public override ulong PageSizeAt(HostAddress address)
    {
        try
        {
            return _map.Find(address.Value, withName: false, out MappedRange range) == 0
                ? Math.Max(range.PageSize, base.PageSizeAt(address))
                : base.PageSizeAt(address);
        }
        catch (ObjectDisposedException)
        {
            return base.PageSizeAt(address);
        }
    }
}
