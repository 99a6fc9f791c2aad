using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Memory;

/// <summary>
/// The memory of one client: one <c>mm</c>, in Linux's word. It stands for that memory and for no other: when the process
/// has ended or run another program it is gone for good, and every access fails rather than reach somebody else's bytes.
/// </summary>
/// <remarks>All members may be called from any thread; none throws for what the client does.</remarks>
public abstract class ClientMemory
{
    protected ClientMemory(PinOwner owner) => Owner = owner;

    /// <summary>Who is charged for pages of this memory that are pinned.</summary>
    public PinOwner Owner { get; private protected set; }

    /// <summary>False once the memory is gone for good.</summary>
    public abstract bool IsAlive { get; }

    /// <summary>
    /// Whoever owns it can have a page come late, or never (userfaultfd, FUSE): it is never read, written or probed under a lock. False
    /// only where the pages are this process's own.
    /// </summary>
    public virtual bool MayBlock => true;

    /// <summary>Copies from the client.</summary>
    /// <returns>Bytes copied, from the start; fewer than asked for when the rest cannot be read.</returns>
    public abstract int Read(HostAddress from, Span<byte> into);

    /// <summary>Copies to the client.</summary>
    /// <returns>Bytes copied, from the start; fewer than asked for when the rest cannot be written.</returns>
    public abstract int Write(HostAddress to, ReadOnlySpan<byte> from);

    /// <summary>
    /// Checks that the range could be pinned for DMA: every page of it is ordinary memory, readable, and writable when
    /// <paramref name="writable"/>. O(VMAs crossed). Called without any lock when the memory <see cref="MayBlock"/>.
    /// </summary>
    /// <param name="start">First byte; any alignment (whole pages are checked).</param>
    /// <param name="length">Bytes, at least 1; start + length does not wrap.</param>
    /// <param name="writable">True when a device may write.</param>
    /// <param name="shared">
    /// What is needed to reach the pages of the range that lie in shared memory after this memory is gone; null when there
    /// are none or when it makes no difference. Addressed by the same client addresses.
    /// </param>
    /// <param name="why">The reason when it fails: EFAULT.</param>
    public abstract Errno Pin(HostAddress start, ulong length, bool writable, out SharedPages? shared, ref Reason why);

    /// <summary>
    /// No page that a mapping of this memory had pinned is pinned any more. For memory that belongs to one mapping; the lock of the
    /// mapping's context is held, and no DMA uses it.
    /// </summary>
    public virtual void Unpinned()
    {
    }

    /// <summary>The mapping of this memory is gone. As <see cref="Unpinned"/>.</summary>
    public virtual void Unmapped()
    {
    }

    /// <summary>Tells which memory lies at an address, so that it can be compared with what lies elsewhere.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="length">Bytes, at least 1; start + length does not wrap.</param>
    /// <param name="run">The first of these bytes, as many as follow each other: at least 1.</param>
    /// <returns>False when nothing can be read there.</returns>
    public virtual bool TryIdentify(HostAddress start, ulong length, out MemoryRun run)
    {
        run = new MemoryRun(this, 0, 0, start.Value, start.Value + (length - 1));
        return true;
    }

    /// <summary>The size of the physical page behind an address, in bytes: more than a system page in huge-page memory only.</summary>
    public virtual ulong PageSizeAt(HostAddress address) => SystemPage.Size;

    /// <summary>
    /// Memory of this very process that stays where it is while registered: gives a pointer for direct access.
    /// </summary>
    /// <returns>False when the range must be copied through <see cref="Read"/> and <see cref="Write"/>.</returns>
    public virtual unsafe bool TryGetPointer(HostAddress start, ulong length, out byte* pointer)
    {
        pointer = null;
        return false;
    }
}
