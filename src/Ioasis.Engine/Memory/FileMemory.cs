namespace Ioasis.Engine.Memory;

/// <summary>
/// The bytes of one file in memory (a memfd), for one IOMMU_IOAS_MAP_FILE: an address is an offset in the file. It needs no process
/// to reach them, so another process can take over the charge (IOMMU_IOAS_CHANGE_PROCESS).
/// </summary>
/// <remarks>
/// It lies in tmpfs, and is reached through this process's own mappings of it, so no client can have a page come late. That it is pinned and
/// unpinned changes what is mapped: both happen under the lock of the context.
/// </remarks>
public abstract class FileMemory(PinOwner owner) : ClientMemory(owner)
{
    public sealed override bool MayBlock => false;

    /// <summary>From now on another process is charged. The lock of the context is held.</summary>
    internal void ChangeOwner(PinOwner owner) => Owner = owner;
}
