namespace Ioasis.Engine.Memory;

/// <summary>
/// The bytes of one file in memory (a memfd), for one IOMMU_IOAS_MAP_FILE: an address is an offset in the file. It needs no process
/// to reach them, so another process can take over the charge (IOMMU_IOAS_CHANGE_PROCESS).
/// </summary>
public abstract class FileMemory(PinOwner owner) : ClientMemory(owner)
{
    /// <summary>From now on another process is charged. The lock of the context is held.</summary>
    internal void ChangeOwner(PinOwner owner) => Owner = owner;
}
