using Ioasis.Runner.Paths;

namespace Ioasis.Runner.Calls;

/// <summary>What a client's path means to us. Exactly one of the cases.</summary>
/// <param name="Node">A node of the tree, or null.</param>
/// <param name="Error">It leads nowhere: the error number; else 0.</param>
/// <param name="Owner">It is the name of a descriptor in /proc, itself and not what it leads to, or another file there: whose; else 0.</param>
/// <param name="Descriptor">The number of that descriptor.</param>
/// <param name="File">It is a file of that owner in /proc that we answer, and no descriptor; else none.</param>
internal readonly record struct Place(PathNode? Node, int Error, int Owner, int Descriptor, TaskFile File = TaskFile.None)
{
    /// <summary>None of ours.</summary>
    public static Place Host => default;

    public bool IsHost => Node is null && Error == 0 && Owner == 0 && !IsDetour;

    /// <summary>
    /// A file or directory of the host that is reached by way of the tree: the kernel, which knows nothing of that, would find another, or
    /// none. <see cref="ClientPaths.HostPath"/> has where it is.
    /// </summary>
    public bool IsDetour { get; init; }

    /// <summary>The directory of ours that lacks the path's last name, when <see cref="Error"/> is ENOENT for that; else null.</summary>
    public PathNode? Parent { get; init; }

    public LastName Last { get; init; }

    /// <summary>It is in the tree, or would be: no call of the kernel's own may answer.</summary>
    public bool IsOurs => Parent is not null || Node is { Kind: not PathKind.Directory } or { IsOwned: true };

    public static Place Of(PathNode node) => new(node, 0, 0, 0);

    public static Place Failure(int error) => new(null, error, 0, 0);

    public static Place OfTask(TaskFile file, int owner) => new(null, 0, owner, 0, file);

    public static Place NameOf(int owner, int descriptor) => new(null, 0, owner, descriptor);
}
