using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;

namespace Ioasis.Runner.Memory;

/// <summary>Which memory lies at an address: a shared file by its number, anything else as this memory's own.</summary>
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
}
