namespace Ioasis.Runner;

/// <summary>What a runner holds for its clients.</summary>
/// <param name="Files">Open emulated files, each with a watch.</param>
/// <param name="Processes">Processes that use emulated files, each with two descriptors.</param>
/// <param name="Memories">Client memories, each with two descriptors.</param>
public readonly record struct RunnerCounters(int Files, int Processes, int Memories)
{
    /// <summary>Nothing is held.</summary>
    public bool IsZero => this == default;
}
