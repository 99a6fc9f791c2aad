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

    public bool IsHost => Node is null && Error == 0 && Owner == 0;

    public static Place Of(PathNode node) => new(node, 0, 0, 0);

    public static Place Failure(int error) => new(null, error, 0, 0);

    public static Place OfTask(TaskFile file, int owner) => new(null, 0, owner, 0, file);

    public static Place NameOf(int owner, int descriptor) => new(null, 0, owner, descriptor);
}
