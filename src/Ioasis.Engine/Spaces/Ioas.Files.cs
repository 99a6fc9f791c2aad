using Ioasis.Engine.Intervals;
using Ioasis.Engine.Reasons;

namespace Ioasis.Engine.Spaces;

/// <summary>Areas that are files.</summary>
public sealed partial class Ioas
{
    /// <summary>Adds what all areas lead to.</summary>
    /// <returns>EINVAL: one leads to memory of a process.</returns>
    internal Errno CollectFiles(HashSet<BackingId> backings, ref Reason why)
    {
        foreach (Interval<Area> entry in _areas)
        {
            if (entry.Value.IsLeaving)
                continue;
            if (!Context.Backings[entry.Value.Backing].IsFile)
                return why.Because(ReasonCode.AreaIsNoFile, entry.Start, entry.Last, Id.Value);
            backings.Add(entry.Value.Backing);
        }

        return Errno.Success;
    }
}
