namespace Ioasis.Runner;

/// <summary>What a runner holds for its clients.</summary>
/// <param name="Files">Open emulated files, each with a watch.</param>
/// <param name="Processes">Processes that use emulated files, each with two descriptors.</param>
/// <param name="Memories">Client memories, each with two descriptors.</param>
/// <param name="HeldFiles">Files of which clients have shared memory pinned, each mapped here.</param>
/// <param name="PinnedPages">Pages that are pinned on the account of some user.</param>
/// <param name="EngineBytes">Memory of the engine that is charged to some user, in bytes.</param>
public readonly record struct RunnerCounters(int Files, int Processes, int Memories, int HeldFiles, ulong PinnedPages, long EngineBytes)
{
    /// <summary>Nothing is held.</summary>
    public bool IsZero => this == default;
}
