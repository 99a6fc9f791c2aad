using Ioasis.Engine.Addresses;

namespace Ioasis.Engine.Memory;

/// <summary>
/// How a pinned range is reached of which parts lie in shared memory. Those are known by (device, inode, offset), as pinned pages are on
/// Linux: what is mapped at their addresses later is not touched, and they outlive the process that mapped them where that can be. Other
/// parts are reached through the client's memory, by address. Thread-safe.
/// </summary>
public abstract class SharedPages
{
    /// <summary>Copies from the memory that was at <paramref name="from"/> when it was pinned.</summary>
    /// <returns>Bytes copied, from the start; fewer than asked for when the rest cannot be reached.</returns>
    public abstract int Read(HostAddress from, Span<byte> into);

    /// <summary>Copies to the memory that was at <paramref name="to"/> when it was pinned.</summary>
    /// <returns>Bytes copied, from the start; fewer than asked for when the rest cannot be reached.</returns>
    public abstract int Write(HostAddress to, ReadOnlySpan<byte> from);

    /// <summary>Tells which memory lies at an address that was pinned; see <see cref="ClientMemory.TryIdentify"/>.</summary>
    /// <returns>False when it was not shared: then it is the client's, by address.</returns>
    public virtual bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        run = default;
        return false;
    }

    /// <summary>Whether what was found later, when part of the range was pinned, says the same of that part; then one object serves for both.</summary>
    /// <param name="later">What was found; null: nothing there is shared. If the answer is true it is used no more, and need not be released.</param>
    /// <param name="first">First byte that was pinned.</param>
    /// <param name="last">Last byte.</param>
    /// <param name="joined">What serves for both: this one, or a new one that takes over what both hold.</param>
    public virtual bool TryJoin(SharedPages? later, ulong first, ulong last, out SharedPages joined)
    {
        joined = this;
        return false;
    }

    /// <summary>No page is pinned any more by what this was made for, and no DMA uses it: lets go of what it holds open.</summary>
    public virtual void Release()
    {
    }
}
