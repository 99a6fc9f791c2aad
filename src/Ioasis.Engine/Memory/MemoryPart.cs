using Ioasis.Engine.Addresses;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Memory;

/// <summary>A range of a client's memory, noted under a lock so that it can be identified without one.</summary>
/// <param name="Memory">Whose memory.</param>
/// <param name="Shared">What reaches it where it is shared; null when nothing does.</param>
/// <param name="Address">First byte.</param>
/// <param name="Length">Bytes, at least 1.</param>
internal readonly record struct MemoryPart(ClientMemory Memory, SharedPages? Shared, ulong Address, ulong Length)
{
    /// <summary>Appends which memory lies there; parts that are gone are left out.</summary>
    public void Identify(List<MemoryRun> runs)
    {
        for (ulong done = 0; done < Length;)
        {
            HostAddress at = new(Address + done);
            if ((Shared is null || !Shared.TryIdentify(at, Length - done, out MemoryRun run)) && !Memory.TryIdentify(at, Length - done, out run))
            {
                done += SystemPage.Size - ((Address + done) & (SystemPage.Size - 1));
                continue;
            }

            runs.Add(run);
            done += run.Length;
        }
    }

    /// <summary>The same for a list; either may be missing.</summary>
    public static void Identify(List<MemoryPart>? parts, List<MemoryRun>? runs)
    {
        if (runs is null)
            return;
        foreach (MemoryPart part in parts ?? [])
            part.Identify(runs);
    }
}
